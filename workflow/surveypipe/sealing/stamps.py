"""A trusted time stamp beside a lock (RFC 3161): whether it is of this lock, and what day it tells.

Verified without a network, by the package rfc3161-client, against the root certificate of the authority that
is laid beside it. The token holds the checksum of the lock's file; the authority signed that checksum and the
time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import msgspec

from surveypipe.problems import SurveyError

PACKAGE = "surveypipe[timestamp]"
Checked = Literal["none", "no_package", "no_certificate", "confirmed"]


class Stamp(msgspec.Struct, frozen=True):
    """What a time stamp tells.

    Parameters
    ----------
    state
        ``confirmed``; or why nothing is: there is none, the package or the authority's certificate is
        lacking.
    at
        Moment that it confirms, UTC; '' where it confirms none.
    """

    state: Checked = "none"
    at: str = ""


def stamp_of(lock: Path, token: Path | None, certificate: Path | None) -> Stamp:
    """Verify the time stamp of a lock.

    Parameters
    ----------
    lock
        The lock's file, of whose bytes the token was asked.
    token
        Response of the authority (``.tsr``, DER); None where there is none.
    certificate
        Root certificate of the authority, and those between (PEM); None where there is none.

    Raises
    ------
    SurveyError
        If the token is of another file, is signed by another authority, or is none.
    """
    if token is None:
        return Stamp()
    if certificate is None:
        return Stamp("no_certificate")
    try:
        import rfc3161_client
    except ImportError:
        return Stamp("no_package")
    verified = _verified(rfc3161_client, lock, token, certificate)
    return Stamp("confirmed", verified.strftime("%Y-%m-%dT%H:%M:%SZ"))


def _verified(library: Any, lock: Path, token: Path, certificate: Path) -> Any:
    from cryptography.x509 import load_pem_x509_certificates

    try:
        chain = load_pem_x509_certificates(certificate.read_bytes())
    except ValueError as error:
        raise SurveyError(
            f"{certificate}: this holds no certificate in PEM; put there the root certificate of the "
            "authority that "
            "gave the time stamp."
        ) from error
    try:
        answer = library.decode_timestamp_response(token.read_bytes())
    except ValueError as error:
        raise SurveyError(
            f"{token}: this is no answer of a time-stamping authority (RFC 3161, DER); ask again, or take "
            "it away."
        ) from error
    roots = [one for one in chain if one.issuer == one.subject]
    builder = library.VerifierBuilder()
    for one in chain:
        add = builder.add_root_certificate if one in roots else builder.add_intermediate_certificate
        builder = add(one)
    try:
        builder.build().verify_message(answer, lock.read_bytes())
    except (library.VerificationError, ValueError) as error:
        raise SurveyError(
            f"{token}: it does not confirm {lock} ({error}). It was asked of another file, or {certificate} "
            "is of "
            "another authority. Lay the right ones beside the lock, or take the token away."
        ) from error
    return answer.tst_info.gen_time
