
# -- Means, shares, totals, quantiles ----------------------------------------------------------------------------

t_ends <- function(estimate, se, df, conf) {
  if (!is.finite(se) || df < 1) return(c(NA, NA))
  estimate + c(-1, 1) * qt((1 + conf) / 2, df) * se
}

answer <- function(estimate, se = NA, df = NA, ci = c(NA, NA), p = NA, df2 = NA, effect = NA) {
  list(estimate = as.vector(estimate)[1], se = as.vector(se)[1], df = as.vector(df)[1], df2 = as.vector(df2)[1],
       ci_low = ci[1], ci_high = ci[2], p_value = as.vector(p)[1], effect = as.vector(effect)[1])
}

nobody <- "nobody to compute it from"

mean_of <- function(d, row, base = row$base) {
  own <- among(d, row, base)
  if (!any(within(own))) return(nobody)
  m <- svymean(~y, own)
  if (complete(own)) return(answer(coef(m), 0, degf(own), rep(coef(m), 2)))
  answer(coef(m), SE(m), degf(own), t_ends(coef(m), SE(m), degf(own), as.numeric(row$ci_level)))
}

# Effective number of respondents, Kish's design effect and the degrees of freedom taken into account.
effective <- function(own, start, conf) {
  n <- sum(within(own))
  min(n, start * (qt((1 + conf) / 2, n - 1) / qt((1 + conf) / 2, degf(own)))^2)
}

kish <- function(w) length(w) * sum(w^2) / sum(w)^2

# Clopper and Pearson's interval of an effective number of respondents (Korn and Graubard 1998).
exact_ends <- function(p, size, conf) {
  low <- if (p <= 0) 0 else qbeta((1 - conf) / 2, size * p, size * (1 - p) + 1)
  high <- if (p >= 1) 1 else qbeta((1 + conf) / 2, size * p + 1, size * (1 - p))
  c(low, high)
}

wilson_ends <- function(p, size, q) {
  centre <- (p + q^2 / (2 * size)) / (1 + q^2 / size)
  half <- q / (1 + q^2 / size) * sqrt(p * (1 - p) / size + q^2 / (4 * size^2))
  c(centre - half, centre + half)
}

share_ends <- function(own, p, se, conf, kish_known = TRUE) {
  df <- degf(own)
  w <- weights(own, "sampling")
  w <- w[w > 0]
  if (df < 1) return(c(NA, NA))
  if (p < 1e-12 || p > 1 - 1e-12) {
    start <- if (kish_known) length(w) / kish(w) else length(w)
    return(exact_ends(round(p), effective(own, start, conf), conf))
  }
  if (interval == "beta capped at n") return(exact_ends(p, effective(own, p * (1 - p) / se^2, conf), conf))
  if (interval == "wilson") return(wilson_ends(p, p * (1 - p) / se^2, qt((1 + conf) / 2, df)))
  as.vector(confint(svyciprop(~y, own, method = interval, df = df, level = conf)))
}

share_of <- function(d, row, base = row$base, kish_known = TRUE) {
  own <- among(d, row, base)
  if (!any(within(own))) return(nobody)
  p <- svymean(~y, own)
  if (complete(own)) return(answer(coef(p), 0, degf(own), rep(coef(p), 2)))
  answer(coef(p), SE(p), degf(own), share_ends(own, coef(p), as.vector(SE(p)), as.numeric(row$ci_level), kish_known))
}

total_of <- function(d, row) {
  own <- among(d, row)
  if (!any(within(own))) return(nobody)
  t <- svytotal(~y, own)
  if (complete(own)) return(answer(coef(t), 0, degf(own), rep(coef(t), 2)))
  answer(coef(t), SE(t), degf(own), t_ends(coef(t), SE(t), degf(own), as.numeric(row$ci_level)))
}

# R's rule "math": the smallest value at which the distribution reaches p. R's own code takes the next value where
# rounding leaves the distribution a hair under p, and where p lies below the share of the smallest value.
smallest_reaching <- function(x, w, p) {
  in_order <- order(x)
  x[in_order][which(cumsum(w[in_order]) >= p * sum(w) * (1 - 1e-12))[1]]
}

quantile_of <- function(d, row) {
  p <- c(lower_quartile = 0.25, median = 0.5, upper_quartile = 0.75)[[row$statistic]]
  own <- among(d, row)
  if (!any(within(own))) return(nobody)
  if (degf(own) < 1) {
    inside <- within(own)
    return(answer(smallest_reaching(own$variables$y[inside], weights(own, "sampling")[inside], p), df = degf(own)))
  }
  q <- svyquantile(~y, own, p, ci = TRUE, interval.type = "mean", qrule = smallest_reaching, df = degf(own),
                   alpha = 1 - as.numeric(row$ci_level))[[1]]
  # Where both ends are one value, R prints a standard error of 0; a step of the scale is not certainty.
  if (isTRUE(q[1, 4] == 0)) q[1, 4] <- NA
  answer(q[1, 1], q[1, 4], degf(own), q[1, 2:3])
}

# Part of all boxes ticked that a box is.
share_of_answers <- function(d, row) {
  x <- d$variables
  boxes <- Find(function(set) row$variable %in% set, sets)
  if (is.null(boxes)) return("its boxes are not known")
  ticked <- sapply(boxes, function(name) has(x[[name]], counted[[name]]) %in% 1)
  d$variables$all <- rowSums(ticked)
  d$variables$y <- as.numeric(ticked[, row$variable])
  own <- part(d, d$variables$all > 0)
  if (!any(within(own))) return(nobody)
  r <- svyratio(~y, ~all, own)
  if (complete(own)) return(answer(coef(r), 0, degf(own), rep(coef(r), 2)))
  answer(coef(r), SE(r), degf(own), t_ends(coef(r), SE(r), degf(own), as.numeric(row$ci_level)))
}

weight_diagnostic <- function(d, row) {
  w <- weights(d, "sampling")
  of <- list(respondents = length(w), sum_weights = sum(w), w_min = min(w), w_max = max(w), w_mean = mean(w),
             deff_kish = kish(w), n_eff = length(w) / kish(w))
  if (row$variable %in% names(of)) answer(of[[row$variable]]) else "counts cells, not respondents"
}

# At one level of the scenario's variable, and among all others.
at_level <- function(d, row) {
  d$variables$.at <- ifelse(has(d$variables[[scenario$variable]], scenario$level) %in% 1, "level", "others")
  own <- row
  own$group <- ".at"
  base <- if (row$variable %in% names(base_of)) base_of[[row$variable]] else "answered"
  if (row$statistic == "level_difference") {
    groups[[".at"]] <<- c("others", "level")
    own$group_level <- ""
    return(difference_of(d, own, base))
  }
  if (row$statistic == "level_share") share_of(d, own, base, kish_known = FALSE) else mean_of(d, own, base)
}
