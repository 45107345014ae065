
# -- Groups compared ---------------------------------------------------------------------------------------------

two_means <- function(own) {
  if (is.null(own) || length(unique(own$variables$between[within(own)])) < 2) return(NULL)
  x <- svyttest(y ~ between, own)
  list(difference = as.vector(x$estimate), t = as.vector(x$statistic), df = as.vector(x$parameter), p = x$p.value)
}

difference_of <- function(d, row, base = row$base) {
  own <- between(d, row, base)
  if (is.null(own)) return(nobody)
  if (complete(own)) {
    means <- coef(svyby(~y, ~between, own, svymean))
    return(answer(means[2] - means[1], 0, degf(own) - 1, rep(means[2] - means[1], 2)))
  }
  x <- two_means(own)
  if (is.null(x)) return(nobody)
  se <- abs(x$difference / x$t)
  answer(x$difference, se, x$df, t_ends(x$difference, se, x$df, as.numeric(row$ci_level)))
}

# Groups that a claim names, the second taken from the first.
difference_of_claim <- function(d, row) {
  parts <- claims[[row$claim]]$parts
  x <- d$variables
  d$variables$.side <- ifelse(meets(x, parts[[1]]), "of", ifelse(meets(x, parts[[2]]), "minus", NA))
  d <- part(d, in_group(x, row$group, row$group_level))
  groups[[".side"]] <<- c("minus", "of")
  own <- row
  own$group <- ".side"
  own$group_level <- ""
  difference_of(d, own)
}

t_test_of <- function(d, row) {
  x <- two_means(between(d, row))
  if (is.null(x)) return(nobody)
  answer(x$t, df = x$df, p = x$p, effect = x$difference)
}

# A ratio of shares, by the delta method on its logarithm.
ratio_of <- function(d, row) {
  own <- between(d, row)
  if (is.null(own)) return(nobody)
  second <- as.numeric(own$variables$between == levels(own$variables$between)[2])
  own$variables <- transform(own$variables, ya = y * (1 - second), yb = y * second, ia = 1 - second, ib = second)
  both <- svyratio(~ya + yb, ~ia + ib, own, covmat = TRUE)
  # Of the four ratios the first is that of the first group, the last that of the second.
  r <- as.vector(coef(both))[c(1, 4)]
  se <- sqrt(drop(t(c(-1, 1) / r) %*% vcov(both)[c(1, 4), c(1, 4)] %*% (c(-1, 1) / r)))
  df <- degf(own) - 1
  answer(r[2] / r[1], se, df, exp(t_ends(log(r[2] / r[1]), se, df, as.numeric(row$ci_level))))
}

table_of <- function(d, row) {
  row$level <- ""
  x <- d$variables
  row_values <- x[[row$variable]]
  code <- rep(NA_integer_, nrow(x))
  for (k in seq_along(groups[[row$group]])) code[has(x[[row$group]], groups[[row$group]][k]) %in% 1] <- k
  rows <- in_base(x, row$base) & !is.na(row_values) & !is.na(code)
  if (!any(rows)) return(NULL)
  # Whoever is outside the table has no weight in it, and adds no row or column.
  row_values[!rows] <- row_values[rows][1]
  code[!rows] <- code[rows][1]
  d$variables$answer <- factor(as.character(row_values))
  d$variables$between <- factor(code)
  part(d, rows)
}

rao_scott_of <- function(d, row) {
  own <- table_of(d, row)
  if (is.null(own)) return(nobody)
  x <- svychisq(~answer + between, own, statistic = "F")
  answer(x$statistic, df = x$parameter[1], df2 = x$parameter[2], p = x$p.value)
}

# Departures of shares from independence; svychisq tests those of totals, which differ by the size of a domain that is
# itself estimated.
adjusted_wald_of <- function(d, row) {
  own <- table_of(d, row)
  if (is.null(own)) return(nobody)
  rows <- nlevels(own$variables$answer)
  columns <- nlevels(own$variables$between)
  both <- outer(as.integer(own$variables$answer) + rows * (as.integer(own$variables$between) - 1), seq_len(rows * columns), "==")
  shares <- svymean(both * 1, own)
  p <- matrix(coef(shares), rows)
  tested <- as.vector(outer(seq_len(rows) < rows, seq_len(columns) < columns))
  # How the departure of each cell changes with the share of every other.
  slopes <- diag(rows * columns) - (diag(columns) %x% matrix(1, rows, rows)) * rep(rowSums(p), columns) -
    (matrix(1, columns, columns) %x% diag(rows)) * rep(colSums(p), each = rows)
  V <- (slopes %*% vcov(shares) %*% t(slopes))[tested, tested]
  theta <- as.vector(p - outer(rowSums(p), colSums(p)))[tested]
  k <- length(theta)
  df <- degf(own)
  f <- drop(theta %*% solve(V, theta)) * (df - k + 1) / (k * df)
  answer(f, df = k, df2 = df - k + 1, p = pf(f, k, df - k + 1, lower.tail = FALSE))
}

exact_of <- function(d, row) {
  own <- table_of(d, row)
  if (is.null(own)) return(nobody)
  counts <- table(own$variables$answer[within(own)], own$variables$between[within(own)])
  if (!all(dim(counts) == 2)) return("a permutation test rests on random numbers")
  p <- fisher.test(counts)$p.value
  answer(p, p = p)
}

# As svyranktest, but that ties share the mean of their ranks weighted by how many people each stands for: R's is
# the plain mean, which depends on the order of the file.
rank_test_of <- function(d, row) {
  row$level <- ""
  own <- between(d, row)
  if (is.null(own)) return(nobody)
  w <- weights(own, "sampling")
  y <- own$variables$y
  in_order <- order(y)
  middle <- numeric(length(y))
  middle[in_order] <- cumsum(w[in_order]) - w[in_order] / 2
  rank <- ave(middle * w, y, FUN = sum) / pmax(ave(w, y, FUN = sum), 1e-300) / sum(w)
  # Among columns of the survey one might be called w.
  m <- lm(rank ~ between, data = data.frame(rank = rank, between = own$variables$between), weights = w)
  terms <- model.matrix(m)
  influence <- (terms * (rank - fitted(m))) %*% summary(m)$cov.unscaled
  V <- vcov(svytotal(influence, own))
  several <- length(coef(m)) - 1
  if (several == 1) {
    t <- coef(m)[2] / sqrt(V[2, 2])
    df <- degf(own) - 1
    return(answer(t, df = df, p = 2 * pt(-abs(t), df)))
  }
  chisq <- drop(coef(m)[-1] %*% solve(V[-1, -1], coef(m)[-1]))
  df2 <- degf(own) - several
  answer(chisq, df = several, df2 = df2, p = pf(chisq / several, several, df2, lower.tail = FALSE))
}

# -- Claims ------------------------------------------------------------------------------------------------------

# Two one-sided tests of a mean difference; `effect` is the margin.
tost_of <- function(d, row) {
  margin <- as.numeric(row$effect)
  made <- mean_of(d, row)
  if (is.character(made)) return(made)
  if (made$se == 0) return("everybody answered: nothing is tested")
  if (grepl("power", row$statistic)) {
    power <- 2 * pt(margin / made$se - qt(level, made$df), made$df) - 1
    return(answer(max(0, power), df = made$df))
  }
  made$p_value <- max(pt((made$estimate - margin) / made$se, made$df), pt(-(made$estimate + margin) / made$se, made$df))
  made
}

# A ratio of two sums, over those who gave both numbers.
ratio_of_claim <- function(d, row) {
  over <- d$variables[[claims[[row$claim]]$over]]
  d$variables$over <- ifelse(is.na(over), 0, over)
  d$variables$.both <- !is.na(over)
  own <- among(d, row)
  own <- part(own, own$variables$.both)
  if (!any(within(own))) return(nobody)
  r <- svyratio(~y, ~over, own)
  if (complete(own)) return(answer(coef(r), 0, degf(own), rep(coef(r), 2)))
  answer(coef(r), SE(r), degf(own), t_ends(coef(r), SE(r), degf(own), as.numeric(row$ci_level)))
}

median_of_claim <- function(d, row) {
  row$statistic <- "median"
  quantile_of(d, row)
}

# The mean of the later answer less the earlier one, or two groups' means of it.
change_of <- function(d, row) {
  if (length(claims[[row$claim]]$parts) == 2) difference_of_claim(d, row) else mean_of(d, row)
}

# A coefficient of the claim's model, or the odds ratio that it stands for.
association_of <- function(d, row) {
  row$level <- claims[[row$claim]]$term
  row$statistic <- sub("_claimed$", "", row$statistic)
  coefficient_of(d, row)
}

# The claim's estimand against its limits; where there are several the greatest p stands.
claim_test_of <- function(d, row) {
  claim <- claims[[row$claim]]
  if (claim$statistic == "claimed_median") return("its interval alone decides")
  own <- row
  own$ci_level <- as.character(level)
  own$statistic <- claim$statistic
  own$method <- claim$model
  made <- recomputed[[claim$statistic]](d, own)
  if (is.character(made)) return(made)
  scale <- if (claim$share) qlogis else if (claim$log) log else identity
  se <- made$se / (if (claim$share) made$estimate * (1 - made$estimate) else if (claim$log) made$estimate else 1)
  above <- scale(as.numeric(claim$above))
  below <- scale(as.numeric(claim$below))
  t <- c(scale(made$estimate) - above, below - scale(made$estimate)) / se
  p <- pmin(1, claim$tails * pt(t, made$df, lower.tail = FALSE))
  worst <- which.max(p)
  answer(t[worst], df = made$df, p = p[worst])
}
