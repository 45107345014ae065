"""A survey rehearsed before anybody answers: answers from guesses, a raw file, and what can be expected."""
