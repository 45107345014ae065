# R's answers to the designs of designs.yaml, from the raw file that the pipeline reads. tests/designs.py
# writes a program that sources this file and calls answers() once for each design.
suppressMessages(library(survey))
if (!requireNamespace("MASS", quietly = TRUE)) {
  # The inverse of a matrix of full rank is its generalised inverse.
  source <- gsub("MASS::ginv", "solve", deparse(survey:::grake), fixed = TRUE)
  assignInNamespace("grake", eval(parse(text = source), asNamespace("survey")), "survey")
}
# The rule `math` of R: the smallest value at which the distribution reaches p. R's own takes the next value where
# rounding leaves the distribution a hair under p, and where p lies below the share of the smallest value.
math <- function(x, w, p) {
  in_order <- order(x)
  x[in_order][which(cumsum(w[in_order]) >= p * sum(w) * (1 - 1e-12))[1]]
}
TIGHT <- list(epsilon = 1e-20, maxit = 100)
# Weights that the package does not make.
source(file.path(HERE, "designs_weights.R"))
found <- list()
keep <- function(...) {
  cells <- list(level = "", group = "overall", group_level = "", estimate = NA, se = NA, df = NA, df2 = NA,
                ci_low = NA, ci_high = NA, p_value = NA, effect = NA)
  cells[names(list(...))] <- list(...)
  found[[length(found) + 1]] <<- cells
}

# A domain is a subset of the design, and so are those who answered.
part <- function(d, rows) d[which(rows), ]
answered <- function(d, name) part(d, !is.na(d$variables[[name]]))
domains <- function(d, groups) {
  made <- list(list(design = d, group = "overall", level = "", call = "d"))
  for (group in groups) {
    for (code in sort(unique(na.omit(d$variables[[group]])))) {
      made[[length(made) + 1]] <- list(
        design = part(d, d$variables[[group]] %in% code), group = group, level = as.character(code),
        call = sprintf("subset(d, %s == %s)", group, code)
      )
    }
  }
  made
}

means <- function(d, base, names, groups) {
  for (place in domains(d, groups)) {
    for (name in setdiff(names, place$group)) {
      own <- answered(place$design, name)
      m <- svymean(as.formula(paste0("~", name)), own)
      ci <- confint(m, df = degf(own))
      do.call(keep, c(base, list(
        statistic = "mean", variable = name, group = place$group, group_level = place$level,
        estimate = coef(m), se = SE(m), df = degf(own), ci_low = ci[1], ci_high = ci[2],
        call = sprintf("svymean(~%s, %s, na.rm = TRUE)", name, place$call)
      )))
    }
  }
}

shares <- function(d, base, names, groups) {
  for (place in domains(d, groups)) {
    for (name in setdiff(names, place$group)) {
      own <- answered(place$design, name)
      for (code in sort(unique(d$variables[[name]]))) {
        own$variables$hit <- as.numeric(own$variables[[name]] == code)
        p <- svymean(~hit, own)
        # A share of 0 or 1 has no standard error.
        if (min(coef(p), 1 - coef(p)) < 1e-9) next
        ci <- confint(svyciprop(~hit, own, method = "xlogit", df = degf(own)))
        do.call(keep, c(base, list(
          statistic = "proportion", variable = name, level = as.character(code), group = place$group,
          group_level = place$level, estimate = coef(p), se = SE(p), df = degf(own),
          ci_low = ci[1], ci_high = ci[2],
          call = sprintf("svyciprop(~I(%s == %s), %s, method = 'xlogit', df = degf(.))", name, code, place$call)
        )))
      }
    }
  }
}

# Totals: of numbers, and of people with an answer.
totals <- function(d, base, asked) {
  for (place in domains(d, asked$groups)) {
    for (name in setdiff(c(asked$numeric, asked$listed), place$group)) {
      own <- answered(place$design, name)
      codes <- if (name %in% asked$listed) sort(unique(na.omit(d$variables[[name]]))) else NA
      for (code in codes) {
        values <- own$variables[[name]]
        own$variables$counted <- if (is.na(code)) values else as.numeric(values == code)
        t <- svytotal(~counted, own)
        # Where nobody or everybody gave an answer, and the size of the domain is known, nothing varies.
        alike <- length(unique(own$variables$counted[weights(own, "sampling") > 0])) < 2
        if (!is.na(code) && alike && SE(t) < 1e-6) next
        ci <- confint(t, df = degf(own))
        do.call(keep, c(base, list(
          statistic = "total", variable = name, level = if (is.na(code)) "" else as.character(code),
          group = place$group, group_level = place$level, estimate = coef(t), se = SE(t), df = degf(own),
          ci_low = ci[1], ci_high = ci[2],
          call = sprintf(if (is.na(code)) "svytotal(~%1$s, %3$s, na.rm = TRUE)" else
                         "svytotal(~I(%1$s == %2$s), %3$s, na.rm = TRUE)", name, code, place$call)
        )))
      }
    }
  }
}

quartiles <- function(d, base, names, groups) {
  p <- c(lower_quartile = 0.25, median = 0.5, upper_quartile = 0.75)
  for (place in domains(d, groups)) {
    for (name in names) {
      own <- answered(place$design, name)
      q <- svyquantile(as.formula(paste0("~", name)), own, p, ci = TRUE, interval.type = "mean", qrule = math,
                       df = degf(own))[[1]]
      for (k in seq_along(p)) {
        # Where both ends are one value, R prints an interval of no width.
        if (isTRUE(q[k, 2] == q[k, 3])) q[k, 2:4] <- NA
        do.call(keep, c(base, list(
          statistic = names(p)[k], variable = name, group = place$group, group_level = place$level,
          estimate = q[k, 1], se = q[k, 4], df = degf(own), ci_low = q[k, 2], ci_high = q[k, 3],
          call = sprintf("svyquantile(~%s, %s, %s, qrule = math, df = degf(.))", name, place$call, p[k])
        )))
      }
    }
  }
}

compared <- function(d, base, tests) {
  for (test in tests) {
    name <- test[1]; group <- test[2]; kind <- test[3]
    own <- part(d, !is.na(d$variables[[name]]) & !is.na(d$variables[[group]]))
    cells <- c(base, list(variable = name, group = group))
    if (kind == "rao_scott") {
      x <- svychisq(as.formula(sprintf("~%s + %s", name, group)), own, statistic = "F")
      # svychisq counts units and strata, which is not how many are free where answers are independent draws.
      df2 <- if (inherits(own, "written_out")) x$parameter[1] * degf(own) else x$parameter[2]
      do.call(keep, c(cells, list(
        statistic = kind, estimate = x$statistic, df = x$parameter[1], df2 = df2,
        p_value = pf(x$statistic, x$parameter[1], df2, lower.tail = FALSE),
        call = sprintf("svychisq(~%s + %s, d, statistic = 'F')", name, group)
      )))
      next
    }
    own$variables$counted <- own$variables[[name]]
    level <- ""
    if (length(test) > 3) {
      level <- test[4]
      own$variables$counted <- as.numeric(own$variables[[name]] == level)
    }
    own$variables$between <- factor(own$variables[[group]])
    two <- nlevels(own$variables$between) == 2
    # R's test of several groups stops on replicate weights.
    if (kind == "rank_test" && !two && inherits(d, "svyrep.design")) next
    if (kind == "rank_test") {
      x <- svyranktest(counted ~ between, own)
      # Of several groups R calls chi-square the parameter and its degrees of freedom the statistic.
      do.call(keep, c(cells, list(
        statistic = kind, estimate = if (two) x$statistic else x$parameter,
        df = if (two) x$parameter else x$statistic, df2 = if (two) NA else x$ddf, p_value = x$p.value,
        call = sprintf("svyranktest(%s ~ %s, d)", name, group)
      )))
    } else {
      x <- svyttest(counted ~ between, own)
      difference <- as.vector(x$estimate); se <- difference / as.vector(x$statistic)
      half <- qt(0.975, x$parameter) * abs(se)
      text <- sprintf("svyttest(%s ~ %s, d)", if (level == "") name else sprintf("I(%s == %s)", name, level), group)
      do.call(keep, c(cells, list(
        statistic = "t_test", level = level, estimate = x$statistic, df = x$parameter, p_value = x$p.value,
        effect = difference, call = text
      )))
      do.call(keep, c(cells, list(
        statistic = "difference", level = level, estimate = difference, se = se, df = x$parameter,
        ci_low = difference - half, ci_high = difference + half, call = text
      )))
    }
  }
}

# Each level of a group against the first: differences of means or shares, and ratios of shares.
contrasts <- function(d, base, tests, groups) {
  counted <- Filter(function(test) test[3] %in% c("t_test", "rank_test"), tests)
  for (name in unique(vapply(counted, function(test) test[1], ""))) {
    level <- c(na.omit(vapply(counted, function(test) if (test[1] == name) test[4] else NA_character_, "")), "")[1]
    for (group in setdiff(groups, name)) {
      codes <- sort(unique(na.omit(d$variables[[group]])))
      for (code in codes[-1]) {
        own <- part(d, !is.na(d$variables[[name]]) & d$variables[[group]] %in% c(codes[1], code))
        own$variables$counted <- if (level == "") own$variables[[name]] else as.numeric(own$variables[[name]] == level)
        # A subset of a calibrated design keeps all rows, the others without weight: any value will do for them.
        second <- own$variables[[group]] %in% code
        own$variables$between <- factor(ifelse(second, "b", "a"), levels = c("a", "b"))
        own$variables$counted[is.na(own$variables$counted)] <- 0
        place <- if (length(codes) == 2) "" else sprintf("%s-%s", code, codes[1])
        cells <- c(base, list(variable = name, level = level, group = group, group_level = place))
        what <- if (level == "") name else sprintf("I(%s == %s)", name, level)
        if (length(codes) > 2) {
          x <- svyttest(counted ~ between, own)
          difference <- as.vector(x$estimate); se <- difference / as.vector(x$statistic)
          half <- qt(0.975, x$parameter) * abs(se)
          do.call(keep, c(cells, list(
            statistic = "difference", estimate = difference, se = se, df = x$parameter, ci_low = difference - half,
            ci_high = difference + half, call = sprintf("svyttest(%s ~ %s, subset(d, two levels))", what, group)
          )))
        }
        if (level == "" || base$fpc != base$described) next
        inside <- as.numeric(second)
        own$variables <- transform(own$variables, ya = counted * (1 - inside), yb = counted * inside, ia = 1 - inside, ib = inside)
        both <- svyratio(~ya + yb, ~ia + ib, own, covmat = TRUE)
        # Of the four ratios the first is that of a, the last that of b.
        r <- as.vector(coef(both))[c(1, 4)]; v <- vcov(both)[c(1, 4), c(1, 4)]
        if (min(r) < 1e-9) next
        se <- sqrt(drop(t(c(-1, 1) / r) %*% v %*% (c(-1, 1) / r)))
        half <- qt(0.975, degf(own) - 1) * se
        do.call(keep, c(cells, list(
          statistic = "risk_ratio", estimate = r[2] / r[1], se = se, df = degf(own) - 1,
          ci_low = r[2] / r[1] * exp(-half), ci_high = r[2] / r[1] * exp(half),
          call = sprintf("svyratio(%s by %s, d, covmat = TRUE); its logarithm by the delta method", what, group)
        )))
      }
    }
  }
}

# Each predictor alone, among the same cases.
alone <- function(d, base, one) {
  logistic <- one$kind == "logistic"
  for (predictor in one$predictors) {
    own <- part(d, complete.cases(d$variables[c(one$outcome, sub("^factor\\((.*)\\)$", "\\1", one$predictors))]))
    own$variables$outcome <- own$variables[[one$outcome]]
    if (logistic) own$variables$outcome <- as.numeric(own$variables$outcome == one$level)
    f <- as.formula(paste("outcome ~", predictor))
    g <- if (logistic) svyglm(f, own, family = quasibinomial(), control = TIGHT) else svyglm(f, own)
    s <- summary(g)$coefficients[-1, , drop = FALSE]
    ci <- s[, 1] + outer(s[, 2], c(-1, 1) * qt(0.975, g$df.residual))
    as_it_is <- if (logistic) exp else identity
    names <- sub("^factor\\((.*)\\)(.*)$", "\\1=\\2", rownames(s))
    for (k in seq_along(names)) {
      do.call(keep, c(base, list(
        statistic = if (logistic) "odds_ratio_unadjusted" else "coefficient_unadjusted", variable = one$outcome,
        level = names[k], estimate = as_it_is(s[k, 1]), se = s[k, 2] * (if (logistic) exp(s[k, 1]) else 1), df = g$df.residual,
        ci_low = as_it_is(ci[k, 1]), ci_high = as_it_is(ci[k, 2]), p_value = s[k, 4],
        call = sprintf("svyglm(%s ~ %s, d)", one$outcome, predictor)
      )))
    }
  }
}

models <- function(d, base, asked) {
  # Ordinal models are among the answers row by row.
  for (one in Filter(function(one) one$kind != "ordinal", asked)) {
    if (length(one$predictors) > 1) alone(d, base, one)
    logistic <- one$kind == "logistic"
    own <- d
    own$variables$outcome <- if (logistic) as.numeric(d$variables[[one$outcome]] == one$level) else d$variables[[one$outcome]]
    f <- as.formula(paste("outcome ~", paste(one$predictors, collapse = " + ")))
    g <- if (logistic) svyglm(f, own, family = quasibinomial(), control = TIGHT) else svyglm(f, own)
    s <- summary(g)$coefficients
    ci <- s[, 1] + outer(s[, 2], c(-1, 1) * qt(0.975, g$df.residual))
    # factor(x)2 is x=2 here.
    names <- sub("^factor\\((.*)\\)(.*)$", "\\1=\\2", rownames(s))
    text <- sprintf("svyglm(%s ~ %s, d%s)", if (logistic) sprintf("I(%s == %s)", one$outcome, one$level) else one$outcome,
                    paste(one$predictors, collapse = " + "), if (logistic) ", family = quasibinomial" else "")
    for (k in seq_along(names)) {
      do.call(keep, c(base, list(
        statistic = if (logistic) "log_odds" else "coefficient", variable = one$outcome, level = names[k],
        estimate = s[k, 1], se = s[k, 2], df = g$df.residual, ci_low = ci[k, 1], ci_high = ci[k, 2],
        p_value = s[k, 4], call = text
      )))
    }
  }
}

# What claims estimate, as the ledger tells it: of an equivalence the interval that decides, at 90 %.
claimed <- function(d, without, base, claims, models) {
  for (one in Filter(function(one) !identical(one$model, "ordinal"), claims)) {
    name <- one$variable
    of_people <- function(values) if (is.null(one$level)) values else as.numeric(values == one$level)
    keep_claim <- function(own, estimate, se, df, call, low = NULL, high = NULL, corrected = base$fpc) {
      half <- qt(if (one$kind == "equivalence") 0.95 else 0.975, df) * se
      keep(design = base$design, fpc = corrected, statistic = paste("claim:", one$kind), variable = name,
           estimate = estimate, se = se, df = df, ci_low = if (is.null(low)) estimate - half else low,
           ci_high = if (is.null(high)) estimate + half else high, call = call)
    }
    d$variables$growth <- if (is.null(d$variables$api99) || is.null(d$variables$api00)) NA else d$variables$api00 - d$variables$api99
    said <- of_people(d$variables[[name]])
    if (!is.null(one$before)) said <- said - of_people(d$variables[[one$before]])
    d$variables$said <- said
    own <- part(d, !is.na(said))
    text <- if (is.null(one$before)) name else sprintf("I(%s - %s)", name, one$before)
    if (!is.null(one$level)) text <- gsub("([a-zA-Z_]{3,})", sprintf("(\\1 == %s)", one$level), text)
    if (!is.null(one$between)) {
      # The second level less the first, as R; a subset of a calibrated design keeps all rows, the others
      # without weight, and any value will do for them.
      own <- part(d, !is.na(said) & d$variables[[one$between]] %in% 1:2)
      own$variables$between <- factor(ifelse(own$variables[[one$between]] %in% 2, "b", "a"), levels = c("a", "b"))
      own$variables$said[is.na(own$variables$said)] <- 0
      x <- svyttest(said ~ between, own)
      difference <- as.vector(x$estimate)
      keep_claim(own, difference, abs(difference / as.vector(x$statistic)), as.vector(x$parameter),
                 sprintf("svyttest(%s ~ %s, subset(d, two levels))", text, one$between))
    } else if (one$kind == "association") {
      # The term is as R calls it; the model is that of the same outcome.
      model <- Filter(function(given) given$outcome == name, models)[[1]]
      logistic <- model$kind == "logistic"
      fitted <- without
      if (logistic) fitted$variables[[name]] <- as.numeric(fitted$variables[[name]] == model$level)
      f <- as.formula(paste(name, "~", paste(model$predictors, collapse = " + ")))
      g <- if (logistic) svyglm(f, fitted, family = quasibinomial(), control = TIGHT) else svyglm(f, fitted)
      s <- summary(g)$coefficients[one$term, 1:2]
      ci <- s[1] + s[2] * c(-1, 1) * qt(0.975, g$df.residual)
      as_it_is <- if (logistic) exp else identity
      keep_claim(fitted, as_it_is(s[1]), s[2] * (if (logistic) exp(s[1]) else 1), g$df.residual,
                 sprintf("svyglm(%s, d)", paste(deparse(f), collapse = "")), as_it_is(ci[1]), as_it_is(ci[2]), FALSE)
    } else if (one$kind == "ratio") {
      own <- part(own, !is.na(own$variables[[one$over]]))
      r <- svyratio(~said, as.formula(paste0("~", one$over)), own)
      keep_claim(own, as.vector(coef(r)), as.vector(SE(r)), degf(own), sprintf("svyratio(~%s, ~%s, d)", name, one$over))
    } else if (one$kind == "median") {
      q <- svyquantile(~said, own, 0.5, ci = TRUE, interval.type = "mean", qrule = math, df = degf(own))[[1]]
      if (isTRUE(q[1, 2] == q[1, 3])) q[1, 2:4] <- NA
      keep_claim(own, q[1, 1], q[1, 4], degf(own), sprintf("svyquantile(~%s, d, 0.5, qrule = math)", name), q[1, 2], q[1, 3])
    } else if (one$kind == "total") {
      t <- svytotal(~said, own)
      keep_claim(own, coef(t), SE(t), degf(own), sprintf("svytotal(~%s, d, na.rm = TRUE)", text))
    } else if (one$kind == "share") {
      p <- svymean(~said, own)
      ci <- confint(svyciprop(~said, own, method = "xlogit", df = degf(own)))
      keep_claim(own, coef(p), SE(p), degf(own), sprintf("svyciprop(~I%s, d, method = 'xlogit')", text), ci[1], ci[2])
    } else {
      m <- svymean(~said, own)
      keep_claim(own, coef(m), SE(m), degf(own), sprintf("svymean(~%s, d, na.rm = TRUE)", text))
    }
  }
}

# Every answer to one design: `with` carries the finite population correction, `without` does not.
answers <- function(name, with, without, asked) {
  described <- list(design = name, fpc = !identical(with, without))
  means(with, described, asked$numeric, asked$groups)
  shares(with, described, asked$listed, asked$groups)
  quartiles(with, described, asked$numeric, asked$groups)
  totals(with, described, asked)
  claimed(with, without, described, asked$claims, asked$models)
  compared(without, list(design = name, fpc = FALSE), asked$tests)
  if (described$fpc) compared(with, list(design = name, fpc = TRUE), asked$tests)
  for (fpc in unique(c(FALSE, described$fpc))) {
    own <- list(design = name, fpc = fpc, described = described$fpc)
    contrasts(if (fpc) with else without, own, asked$tests, asked$groups)
  }
  models(without, list(design = name, fpc = FALSE), asked$models)
}

write_answers <- function(path) {
  columns <- c("design", "statistic", "variable", "level", "group", "group_level", "fpc", "estimate", "se", "df",
               "df2", "ci_low", "ci_high", "p_value", "effect", "call")
  table <- do.call(rbind, lapply(found, function(cells) {
    as.data.frame(lapply(cells[columns], function(cell) {
      cell <- as.vector(cell)[1]
      if (is.na(cell)) "" else if (is.numeric(cell)) sprintf("%.17g", cell) else as.character(cell)
    }))
  }))
  write.csv(table, path, row.names = FALSE)
}
