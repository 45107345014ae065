
# -- Models ------------------------------------------------------------------------------------------------------

fitted_models <- list()
# R's logistic models stop when the deviance hardly changes; these go on.
TIGHT <- list(epsilon = 1e-20, maxit = 100)

kinds <- list(coefficient = "linear", log_odds = c("logistic", "ordinal"), odds_ratio = c("logistic", "ordinal"),
              average_marginal_effect = c("linear", "logistic", "ordinal"))
by_method <- c(linear = "^linear", logistic = "^logistic", ordinal = "^proportional-odds")

# The variance of svyglm has the working weights of the step before the last, which may be 1e-8 off. Here it has those
# of its coefficients. Replicates need none.
at_the_end <- function(own, X, b, V) {
  if (inherits(own, "svyrep.design")) return(V)
  X <- cbind(1, X)
  p <- plogis(drop(X %*% b))
  bread <- solve(crossprod(X, X * (weights(own, "sampling") * p * (1 - p))))
  vcov(svytotal((X * (own$variables$y - p)) %*% bread, own))
}

model_of <- function(row) {
  kind <- sub("_unadjusted$", "", row$statistic)
  Find(function(one) {
    one$outcome == row$variable && one$kind %in% kinds[[kind]] && grepl(by_method[[one$kind]], row$method)
  }, models)
}

predictor_of <- function(term, predictors) {
  fits <- predictors[term == predictors | startsWith(term, paste0(predictors, "="))]
  fits[which.max(nchar(fits))]
}

# Indicators that a model has are those that rows name, under the primary scheme of every model: variable=code.
terms_of <- function(model, row) {
  own <- estimates[estimates$variable == row$variable & estimates$scheme == primary &
                     grepl(by_method[[model$kind]], estimates$method) &
                     estimates$statistic %in% c("coefficient", "log_odds"), "level"]
  Filter(function(term) length(predictor_of(term, model$predictors)) > 0, own)
}

column_of <- function(x, term, predictor) {
  if (term == predictor) as.numeric(x[[predictor]]) else has(x[[predictor]], substring(term, nchar(predictor) + 2))
}

# Proportional odds: svyolr stops early and takes second derivatives by differences, and comes within 1e-7 and no
# nearer. Here the same likelihood is climbed by Newton's method to the end. `y` counts the answers from 1.
climbed <- function(own, X, y) {
  w <- weights(own, "sampling")
  slopes <- ncol(X)
  K <- max(y)
  A <- cbind(-X, outer(y, seq_len(K - 1), "=="))
  B <- cbind(-X, outer(y - 1, seq_len(K - 1), "=="))
  b <- c(rep(0, slopes), qlogis(cumsum(tapply(w, factor(y, seq_len(K)), sum))[-K] / sum(w)))
  for (turn in 1:50) {
    cuts <- c(-Inf, b[-seq_len(slopes)], Inf)
    eta <- drop(X %*% b[seq_len(slopes)])
    u <- cuts[y + 1] - eta
    l <- cuts[y] - eta
    p <- plogis(u) - plogis(l)
    fu <- dlogis(u) / p
    fl <- dlogis(l) / p
    score <- A * fu - B * fl
    cross <- crossprod(A, B * (w * fu * fl))
    information <- -(crossprod(A, A * (w * (fu * (1 - 2 * plogis(u)) - fu^2))) +
                       crossprod(B, B * (w * (-fl * (1 - 2 * plogis(l)) - fl^2))) + cross + t(cross))
    step <- solve(information, colSums(w * score))
    if (max(abs(step)) < 1e-13) break
    b <- b + step
  }
  list(b = unname(b), V = unname(vcov(svytotal(score %*% solve(information), own))))
}

fit_of <- function(d, row, model, alone) {
  key <- paste(row$variable, model$kind, row$scheme, row$fpc, alone)
  if (!is.null(fitted_models[[key]])) return(fitted_models[[key]])
  x <- d$variables
  terms <- terms_of(model, row)
  from <- vapply(terms, predictor_of, "", predictors = model$predictors)
  columns <- paste0("p", seq_along(terms))
  for (k in seq_along(terms)) d$variables[[columns[k]]] <- column_of(x, terms[k], from[k])
  outcome <- if (model$level == "") as.numeric(x[[model$outcome]]) else has(x[[model$outcome]], model$level)
  base <- if (model$outcome %in% names(base_of)) base_of[[model$outcome]] else "answered"
  whole <- in_base(x, base) & !is.na(outcome) & complete.cases(d$variables[columns])
  # Who is outside has no weight in a calibrated design, and any values will do.
  d$variables$y <- ifelse(whole, outcome, outcome[whole][1])
  for (name in columns) d$variables[[name]][!whole] <- d$variables[[name]][whole][1]
  used <- if (alone == "") rep(TRUE, length(terms)) else from == alone
  own <- part(d, whole)
  X <- as.matrix(own$variables[columns[used]])
  if (model$kind == "ordinal") {
    values <- sort(unique(own$variables$y))
    marks <- sprintf("%g", values)
    made <- climbed(own, X, match(own$variables$y, values))
    names <- c(terms[used], paste(marks[-length(marks)], marks[-1], sep = "|"))
    df <- degf(own) - ncol(X)
  } else {
    f <- as.formula(paste("y ~", paste(columns[used], collapse = " + ")))
    g <- if (model$kind == "linear") svyglm(f, own) else svyglm(f, own, family = quasibinomial(), control = TIGHT)
    V <- if (model$kind == "linear") vcov(g) else at_the_end(own, X, coef(g), vcov(g))
    made <- list(b = unname(coef(g)), V = unname(V))
    names <- c("(Intercept)", terms[used])
    marks <- ""
    df <- g$df.residual
  }
  fit <- c(made, list(names = names, df = df, X = X, w = weights(own, "sampling"), kind = model$kind, terms = terms[used],
                      from = unname(from[used]), marks = marks))
  fitted_models[[key]] <<- fit
  fit
}

# The expected answer, or the chance of each answer, of each person; and how it changes with a number.
expected <- function(fit, b, X, slope = FALSE) {
  many <- ncol(X)
  if (fit$kind != "ordinal") {
    eta <- b[1] + drop(X %*% b[-1])
    if (fit$kind == "linear") return(cbind(if (slope) rep(1, nrow(X)) else eta))
    return(cbind(if (slope) dlogis(eta) else plogis(eta)))
  }
  cuts <- outer(-drop(X %*% b[seq_len(many)]), b[-seq_len(many)], "+")
  if (slope) return(-(cbind(dlogis(cuts), 0) - cbind(0, dlogis(cuts))))
  cbind(plogis(cuts), 1) - cbind(0, plogis(cuts))
}

# Weighted mean of the change with a predictor: everybody at the level less everybody at the reference, or the slope.
average_change <- function(fit, b, place) {
  X <- fit$X
  if (fit$terms[place] == fit$from[place]) {
    each <- expected(fit, b, X, slope = TRUE) * b[place + (fit$kind != "ordinal")]
  } else {
    X[, fit$from == fit$from[place]] <- 0
    low <- X
    X[, place] <- 1
    each <- expected(fit, b, X) - expected(fit, b, low)
  }
  colSums(each * fit$w) / sum(fit$w)
}

marginal_effect_of <- function(d, row) {
  parts <- strsplit(row$level, "@", fixed = TRUE)[[1]]
  model <- model_of(row)
  if (is.null(model)) return("its model is not known")
  if (grepl("firth", row$flag)) return(FIRTH)
  if (model$kind == "ordinal" && inherits(d, "svyrep.design")) return(REPLICATED)
  fit <- fit_of(d, row, model, "")
  place <- match(row$level, fit$terms)
  k <- 1
  if (is.na(place)) {
    place <- match(parts[1], fit$terms)
    k <- match(parts[2], fit$marks)
  }
  G <- vapply(seq_along(fit$b), function(j) {
    step <- replace(numeric(length(fit$b)), j, 6e-6 * max(1, abs(fit$b[j])))
    (average_change(fit, fit$b + step, place)[k] - average_change(fit, fit$b - step, place)[k]) / (2 * step[j])
  }, 0)
  effect <- average_change(fit, fit$b, place)[k]
  se <- sqrt(drop(G %*% fit$V %*% G))
  answer(effect, se, fit$df, t_ends(effect, se, fit$df, as.numeric(row$ci_level)), 2 * pt(-abs(effect / se), fit$df))
}

FIRTH <- "R's survey has no Firth penalty, which a separated model needs"
REPLICATED <- "an ordinal model would have to be fitted to the end in each replicate, which R's svyolr does not"

coefficient_of <- function(d, row) {
  if (grepl("firth", row$flag)) return(FIRTH)
  model <- model_of(row)
  if (is.null(model)) return("its model is not known")
  if (model$kind == "ordinal" && inherits(d, "svyrep.design")) return(REPLICATED)
  unadjusted <- grepl("_unadjusted$", row$statistic)
  fit <- fit_of(d, row, model, if (unadjusted) predictor_of(row$level, model$predictors) else "")
  at <- match(row$level, fit$names)
  b <- fit$b[at]
  se <- sqrt(fit$V[at, at])
  p <- 2 * pt(-abs(b / se), fit$df)
  ends <- t_ends(b, se, fit$df, as.numeric(row$ci_level))
  if (!grepl("^odds_ratio", row$statistic)) return(answer(b, se, fit$df, ends, p))
  answer(exp(b), exp(b) * se, fit$df, exp(ends), p)
}

# P-values adjusted for their number: those of R, of all tests of the family.
adjusted <- function(row, made) {
  kind <- regmatches(row$statistic, regexpr("(holm|bh)$", row$statistic))
  family <- estimates[estimates$method == row$method & grepl("_p_(holm|bh)$", estimates$statistic), ]
  name_of <- function(one, statistic) {
    paste(statistic, one$claim, one$variable, one$level, one$group, one$group_level, one$scheme, sep = "\r")
  }
  tests <- name_of(family, sub("_p_(holm|bh)$", "", family$statistic))
  all <- name_of(estimates, estimates$statistic)
  found <- made[match(tests, all)]
  p <- vapply(found, function(one) if (is.list(one)) as.numeric(one$p_value) else NA_real_, 0)
  if (anyNA(p)) return("another test of its family is not computed by R")
  own <- which(family$estimate_id == row$estimate_id)
  answer(p.adjust(p, if (kind == "bh") "BH" else "holm")[own], p = p[own])
}
