# Every published row of a design computed again: R's design from the raw file (designs.yaml, designs.R), and for each row
# the function of the program in R that every run writes (workflow/second_opinion). tests/row_by_row.py writes what is
# run before this: `x`, the raw file; `with` and `without`; the functions; `folder`, the results; `out`.

recomputed$proportional_odds_check <- function(d, row) {
  # A binary logit for each cut, all slopes with one covariance from their influence values; Wald's test that those of a
  # predictor are equal (Brant 1990, with the covariance of the design).
  model <- Find(function(one) one$outcome == row$variable && one$kind == "ordinal", models)
  x <- d$variables
  codes <- sort(unique(na.omit(x[[model$outcome]])))
  terms <- terms_of(model, row)
  from <- vapply(terms, predictor_of, "", predictors = model$predictors)
  X <- sapply(seq_along(terms), function(k) column_of(x, terms[k], from[k]))
  whole <- complete.cases(X) & !is.na(x[[model$outcome]])
  X[!whole, ] <- X[whole, , drop = FALSE][1, ]
  y <- ifelse(whole, x[[model$outcome]], codes[1])
  own <- part(d, whole)
  # A subset of a calibrated design keeps all rows, any other those who are in it.
  if (nrow(own$variables) < length(y)) {
    X <- X[whole, , drop = FALSE]
    y <- y[whole]
  }
  w <- weights(own, "sampling")
  cuts <- lapply(codes[-1], function(code) {
    fit <- glm.fit(cbind(1, X), (y >= code) * 1, w, family = quasibinomial(), control = TIGHT)
    # A cut that predictors separate has no logit.
    if (max(abs(fit$linear.predictors)) > 20) return(NULL)
    p <- fit$fitted.values
    A <- cbind(1, X)
    list(slopes = fit$coefficients[-1], influence = ((A * ((y >= code) - p)) %*% solve(crossprod(A, A * w * p * (1 - p))))[, -1])
  })
  cuts <- Filter(Negate(is.null), cuts)
  b <- sapply(cuts, function(cut) cut$slopes)
  b <- matrix(b, length(terms))
  V <- vcov(svytotal(do.call(cbind, lapply(cuts, function(cut) cut$influence)), own))
  chosen <- if (row$level == "all") seq_along(terms) else which(from == row$level)
  C <- do.call(rbind, lapply(seq_along(cuts)[-1], function(k) {
    t(sapply(chosen, function(j) {
      line <- matrix(0, length(terms), length(cuts))
      line[j, k] <- 1
      line[j, 1] <- -1
      as.vector(line)
    }))
  }))
  apart <- C %*% as.vector(b)
  spread <- C %*% V %*% t(C)
  q <- qr(spread)$rank
  f <- drop(t(apart) %*% solve(spread, apart)) / q
  df <- degf(own) - length(terms)
  answer(f, df = q, df2 = df, p = pf(f, q, df, lower.tail = FALSE))
}

recomputed$rao_scott <- function(d, row) {
  made <- rao_scott_of(d, row)
  # svychisq counts units and strata, which is not how many are free where answers are independent draws.
  if (is.list(made) && inherits(d, "written_out")) {
    made$df2 <- made$df * degf(table_of(d, row))
    made$p_value <- pf(made$estimate, made$df, made$df2, lower.tail = FALSE)
  }
  made
}

known_of_weights <- recomputed$weight_diagnostic
recomputed$weight_diagnostic <- function(d, row) {
  people <- sum(weights(d, "sampling"))
  if (row$variable == "staff") answer(people) else if (row$variable %in% c("n_cells", "n_merged")) {
    "it counts cells, which are decided and not estimated"
  } else known_of_weights(d, row)
}

with$variables$growth <- without$variables$growth <- if (all(c("api00", "api99") %in% names(x))) x$api00 - x$api99
x <- without$variables
designs <- list()
designs[[primary]] <- list(corrected = with, plain = without, reason = "")
estimates <- do.call(rbind, lapply(c("estimates.csv", "further_estimates.csv"), function(name) {
  path <- file.path(folder, "private", name)
  if (file.exists(path)) read_text(path)
}))
estimates <- estimates[estimates$scheme == primary, ]
rows <- split(estimates, seq_len(nrow(estimates)))
made <- lapply(rows, recompute)
later <- which(vapply(made, identical, TRUE, "adjusted"))
made[later] <- lapply(rows[later], adjusted, made = made)
answers_to_rows <- do.call(rbind, Map(function(row, one) {
  told <- if (is.character(one)) answer(NA) else one
  data.frame(estimate_id = row$estimate_id, lapply(told[COLUMNS], function(v) if (is.na(v)) "" else sprintf("%.17g", v)),
             reason = if (is.character(one)) one else "")
}, rows, made))
write.csv(answers_to_rows, out, row.names = FALSE)
