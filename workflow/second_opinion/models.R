
# -- Models ------------------------------------------------------------------------------------------------------

fitted_models <- list()
# R's logistic models stop when the deviance hardly changes; these go on.
TIGHT <- list(epsilon = 1e-20, maxit = 100)

kinds <- list(coefficient = "linear", log_odds = "logistic", odds_ratio = "logistic")

model_of <- function(row) {
  kind <- sub("_unadjusted$", "", row$statistic)
  Find(function(one) one$outcome == row$variable && one$kind == kinds[[kind]], models)
}

# Indicators that a model has are those that rows name: variable=code.
terms_of <- function(model, row) {
  own <- estimates[estimates$variable == row$variable & estimates$scheme == row$scheme &
                     estimates$statistic == (if (model$kind == "linear") "coefficient" else "log_odds"), "level"]
  setdiff(own, "(Intercept)")
}

predictor_of <- function(term, predictors) {
  fits <- predictors[term == predictors | startsWith(term, paste0(predictors, "="))]
  fits[which.max(nchar(fits))]
}

column_of <- function(x, term, predictor) {
  if (term == predictor) as.numeric(x[[predictor]]) else has(x[[predictor]], substring(term, nchar(predictor) + 2))
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
  used <- if (alone == "") columns else columns[from == alone]
  own <- part(d, whole)
  f <- as.formula(paste("y ~", paste(used, collapse = " + ")))
  g <- if (model$kind == "linear") svyglm(f, own) else svyglm(f, own, family = quasibinomial(), control = TIGHT)
  s <- summary(g)$coefficients
  rownames(s) <- c("(Intercept)", if (alone == "") terms else terms[from == alone])
  fitted_models[[key]] <<- list(table = s, df = g$df.residual)
  fitted_models[[key]]
}

coefficient_of <- function(d, row) {
  if (grepl("firth", row$flag)) return("R's survey has no Firth penalty, which a separated model needs")
  if (grepl("proportional-odds", row$method)) {
    return("R's svyolr stops early and takes second derivatives by differences: it comes within 1e-7 and no nearer")
  }
  model <- model_of(row)
  if (is.null(model)) return("its model is not known")
  unadjusted <- grepl("_unadjusted$", row$statistic)
  alone <- if (unadjusted) predictor_of(row$level, model$predictors) else ""
  fit <- fit_of(d, row, model, alone)
  s <- fit$table[row$level, ]
  ends <- t_ends(s[[1]], s[[2]], fit$df, as.numeric(row$ci_level))
  if (!grepl("^odds_ratio", row$statistic)) return(answer(s[[1]], s[[2]], fit$df, ends, s[[4]]))
  answer(exp(s[[1]]), exp(s[[1]]) * s[[2]], fit$df, exp(ends), s[[4]])
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
