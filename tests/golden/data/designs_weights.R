# Weights that R's package survey does not make, written out from their formulas: designs whose influence values carry
# what the estimation of the weights adds. Everything else (domains, means, totals, quantiles, tests, models) is R's.
#
# A design is made of a list (a row for everybody asked, in order; `answered`, `base`: one over the chance of selection)
# and of those who answered, in the same order. A step of weighting is a list of
#   w        final weights of those who answered
#   correct  weighted influence values s to what they are once the weights are known to be estimated
#   carry    of s: what everybody on the list has a part in, where totals are estimated from a sample
#   chance   where answering is taken as independent draws: the chance of each (Poisson); otherwise answers are a simple
#            random sample within cells (Oh and Scheuren 1983)
#   leverage, spread, rank   of degrees of freedom, see degf.written_out

by_survey <- survey:::svyrecvar
svyrecvar_written_out <- function(x, clusters, stratas, fpcs, postStrata = NULL, ...) {
  own <- Find(function(step) inherits(step, "written_out"), postStrata)
  if (is.null(own)) by_survey(x, clusters, stratas, fpcs, postStrata, ...) else own$variance(as.matrix(x))
}
assignInNamespace("svyrecvar", svyrecvar_written_out, "survey")

# Degrees of freedom of independent answers: people less coefficients of the response model. Where residuals spread
# unevenly, Satterthwaite's (1946) (sum c)^2 / sum c^2 less the leverages, whole.
degf.written_out <- function(design, ...) {
  step <- design$step
  inside <- weights(design, "sampling") != 0
  if (is.null(step$chance) || !is.null(design$drawn)) {
    return(length(unique(design$cluster[inside, 1])) - length(unique(design$strata[inside, 1])))
  }
  # Columns of one size, so that a headcount beside a score is not taken for dependence.
  columns <- step$rank[inside, , drop = FALSE]
  if (is.null(step$spread)) return(sum(inside) - qr(sweep(columns, 2, sqrt(colSums(columns^2)) + 1e-300, "/"))$rank)
  spread <- step$spread[inside]
  left <- if (is.null(step$leverage)) 0 else sum(step$leverage[inside])
  floor(max(sum(spread)^2 / sum(spread^2) - left, 1) + 1e-9)
}
registerS3method("degf", "written_out", degf.written_out, envir = asNamespace("survey"))

applied <- function(step, s) {
  u <- step$correct(s)
  if (is.null(step$leverage)) u else u / sqrt(1 - step$leverage)
}

# Weights scaled to the people of the list: a total is that number times a mean.
centred <- function(step, s) if (is.null(step$chance)) s else s - step$w %o% (colSums(s) / sum(step$w))

# Everybody was asked: answering is the one phase.
of_everybody <- function(x, cell, people, step, fpc) {
  x$.cell <- cell
  x$.people <- as.vector(people[as.character(cell)])
  d <- svydesign(ids = ~1, strata = ~.cell, weights = step$w, fpc = if (fpc) ~.people, data = x)
  variance <- function(s) {
    u <- applied(step, centred(step, s))
    if (is.null(step$chance)) return(by_survey(u, d$cluster, d$strata, d$fpc))
    crossprod(if (fpc) u * sqrt(1 - step$chance) else u)
  }
  written(d, step, variance)
}

# A sample of a list: drawing is the first phase, over everybody drawn (`whole`, its svydesign); answering adds
# sum_h (1 - f_h) n_h / (n_h - 1) sum (s - mean_h)^2 / d, or sum (1 - p) s^2 / d (Fay 1991; Shao and Steel 1999).
of_a_sample <- function(x, list, whole, cell, step, fpc) {
  d <- whole[which(list$answered), ]
  d$variables <- x
  base <- list$base[list$answered]
  variance <- function(s) {
    sum_of_weights <- colSums(s) / sum(step$w)
    s <- centred(step, s)
    u <- applied(step, s)
    all <- matrix(0, nrow(list), ncol(s))
    all[list$answered, ] <- u
    if (!is.null(step$carry)) all <- all + step$carry(s)
    if (!is.null(step$chance)) all <- all + list$base %o% sum_of_weights
    drawing <- by_survey(all, whole$cluster, whole$strata, whole$fpc)
    if (!fpc) return(drawing)
    if (!is.null(step$chance)) return(drawing + crossprod(u * sqrt((1 - step$chance) / base)))
    here <- as.character(cell[list$answered])
    rate <- (tapply(base, here, sum) / tapply(list$base, as.character(cell), sum)[sort(unique(here))])[here]
    n <- ave(base, here, FUN = length)
    apart <- u - apply(u, 2, ave, here)
    drawing + crossprod(apart * sqrt(as.vector((1 - pmin(rate, 1)) * n / (n - 1)) / base))
  }
  d$drawn <- TRUE
  written(d, step, variance)
}

written <- function(d, step, variance) {
  d$prob <- 1 / step$w
  d$allprob <- data.frame(d$prob)
  d$step <- step
  d$postStrata <- list(structure(list(variance = variance), class = "written_out"))
  class(d) <- c("written_out", class(d))
  d
}

# Raking, calibration, weighting classes: the residual of a regression on what the weights meet, weighted by the weights
# before (Deville and Sarndal 1992). X is of the whole list; `start` and `w` of those who answered.
met <- function(list, X, start, w) {
  own <- X[list$answered, , drop = FALSE]
  slope <- function(s) {
    b <- qr.coef(qr(own * sqrt(start), tol = 1e-11), sqrt(start) * s / w)
    replace(b, is.na(b), 0)
  }
  list(w = w, correct = function(s) s - w * (own %*% slope(s)), carry = function(s) list$base * (X %*% slope(s)),
       rank = w * own)
}

# Weighting classes: each class has the people, or the estimated people, of the list.
in_classes <- function(list, class) {
  class <- as.character(class)
  own <- class[list$answered]
  start <- list$base[list$answered]
  w <- as.vector(start * (tapply(list$base, class, sum)[own] / tapply(start, own, sum)[own]))
  met(list, outer(class, sort(unique(class)), "==") * 1, start, w)
}

indicated <- function(values) outer(as.character(values), sort(unique(as.character(values))), "==") * 1

# Raking by iterative proportional fitting (Deming and Stephan 1940), to the margins of the list.
raked <- function(list, margins, start = list$base[list$answered]) {
  w <- start
  for (cycle in 1:2000) {
    before <- w
    for (name in margins) {
      own <- as.character(list[[name]][list$answered])
      w <- as.vector(w * (tapply(list$base, as.character(list[[name]]), sum)[own] / tapply(w, own, sum)[own]))
    }
    if (max(abs(w / before - 1)) < 1e-15) break
  }
  met(list, do.call(cbind, lapply(margins, function(name) indicated(list[[name]]))), start, w)
}

# Calibration with the linear distance (GREG).
calibrated_to <- function(list, X, start) {
  own <- X[list$answered, , drop = FALSE]
  start <- start * sum(list$base) / sum(start)
  g <- solve(crossprod(own, own * start), colSums(X * list$base) - colSums(own * start))
  met(list, X, start, as.vector(start * (1 + own %*% g)))
}

# Ridge calibration with the exponential distance: the classes of `first` exactly, the categories of `others` softly
# (Bardsley and Chambers 1984; Beaumont and Bocci 2008). w = d exp(x'g) where X'w + G g = totals, by Newton's method;
# residuals of the ridge regression are divided by sqrt(1 - leverage) (HC2, MacKinnon and White 1985).
ridged <- function(list, first, others, penalty = 5) {
  exact <- indicated(first)
  soft <- do.call(cbind, lapply(others, indicated))
  X <- cbind(exact, soft)
  own <- X[list$answered, ]
  base <- list$base[list$answered]
  start <- in_classes(list, first)$w
  G <- diag(c(rep(0, ncol(exact)), rep(penalty * sum(list$base) / nrow(own), ncol(soft))))
  g <- numeric(ncol(X))
  for (turn in 1:200) {
    w <- as.vector(start * exp(own %*% g))
    step <- solve(crossprod(own, own * w) + G, colSums(X * list$base) - colSums(own * w) - as.vector(G %*% g))
    g <- g + step
    if (max(abs(step)) < 1e-15) break
  }
  inverse <- solve(crossprod(own, own * start) + G)
  leverage <- pmin(start * rowSums((own %*% inverse) * own), 0.9)
  slope <- function(s) inverse %*% crossprod(own, s * start / w)
  chance <- pmin(base / w, 1)
  list(w = w, correct = function(s) s - w * (own %*% slope(s)), carry = function(s) list$base * (X %*% slope(s)),
       chance = chance, leverage = leverage, spread = (1 - chance) * w^2 / (1 - leverage))
}

# Inverse propensities of a logistic model of answering, weighted by the base weights (Kim and Kim 2007), with the
# leverages of the regression that stands behind their residuals (HC2).
inverse_of <- function(list, X) {
  p <- fitted(glm.fit(X, list$answered * 1, list$base, family = quasibinomial(), control = TIGHT))
  own <- X[list$answered, ]
  here <- p[list$answered]
  base <- list$base[list$answered]
  w <- base / here * sum(list$base) / sum(base / here)
  inverse <- solve(crossprod(X, X * list$base * p * (1 - p)))
  slope <- function(s) inverse %*% crossprod(own * (1 - here), s)
  list(w = w, correct = function(s) s - base * (own %*% slope(s)), carry = function(s) list$base * p * (X %*% slope(s)),
       chance = here, leverage = pmin(base * (1 - here) * rowSums((own %*% inverse) * own), 0.9), rank = base * own)
}

# Each predicted from a model without their fold (Chernozhukov et al. 2018); `fold` is of the whole list.
out_of_fold <- function(list, X, fold) {
  p <- numeric(nrow(list))
  models <- lapply(sort(unique(fold)), function(one) {
    rest <- fold != one
    b <- glm.fit(X[rest, ], list$answered[rest] * 1, list$base[rest], family = quasibinomial(), control = TIGHT)$coefficients
    plogis(drop(X %*% b))
  })
  for (k in seq_along(models)) p[fold == sort(unique(fold))[k]] <- models[[k]][fold == sort(unique(fold))[k]]
  own <- X[list$answered, ]
  here <- p[list$answered]
  base <- list$base[list$answered]
  w <- base / here * sum(list$base) / sum(base / here)
  # Each model's slopes weigh the residuals of its own fold, and concern everybody outside it.
  summed <- function(s, part) Reduce(`+`, lapply(seq_along(models), function(k) {
    rest <- fold != sort(unique(fold))[k]
    inverse <- solve(crossprod(X, X * list$base * models[[k]] * (1 - models[[k]]) * rest))
    slope <- inverse %*% crossprod(own * (1 - here) * !rest[list$answered], s)
    part(rest, models[[k]], slope)
  }))
  list(
    w = w, chance = here, spread = (1 - here) * w^2,
    correct = function(s) s - summed(s, function(rest, model, slope) base * rest[list$answered] * (own %*% slope)),
    carry = function(s) summed(s, function(rest, model, slope) list$base * model * rest * (X %*% slope))
  )
}

# Two steps, the second from the weights of the first: the last is taken out first.
in_a_row <- function(first, second) {
  kept <- c("chance", "leverage", "spread")
  c(first[kept][vapply(first[kept], length, 0) > 0], list(
    w = second$w, rank = cbind(second$rank, first$rank), correct = function(s) first$correct(second$correct(s)),
    carry = function(s) second$carry(s) + first$carry(second$correct(s))
  ))
}

# -- Lists of the designs ----------------------------------------------------------------------------------------

asked_in <- function(path) {
  if (!file.exists(path)) return(NULL)
  list <- read.csv(path, colClasses = c(id = "character"))
  list$answered <- as.logical(list$answered)
  list$base <- if (is.null(list$pw)) 1 else list$pw
  list
}

raked_by_r <- function(x, list, fpc) {
  own <- list[list$answered, ]
  x <- cbind(x, own[c("stype", "improved")], people = ave(list$base, list$stype, FUN = sum)[list$answered], one = 1)
  d <- svydesign(ids = ~1, strata = ~stype, weights = ~one, fpc = if (fpc) ~people, data = x)
  margins <- lapply(c("stype", "improved"), function(name) setNames(as.data.frame(table(list[[name]])), c(name, "Freq")))
  rake(d, list(~stype, ~improved), margins, control = list(maxit = 500, epsilon = 1e-12))
}

calibrated_by_r <- function(x, list, fpc) {
  own <- list[list$answered, ]
  x <- cbind(x, own[c("stype", "improved", "band")], people = ave(list$base, list$stype, FUN = sum)[list$answered],
             alike = nrow(list) / nrow(own))
  d <- svydesign(ids = ~1, strata = ~stype, weights = ~alike, fpc = if (fpc) ~people, data = x)
  totals <- colSums(model.matrix(~stype + improved + band, list))
  calibrate(d, ~stype + improved + band, totals)
}

# Which cells the pipeline merges under min_n = 30: those of the smallest number, inside a type of school.
merged_cells <- function(list) {
  few <- tapply(list$answered, list$stype, function(own) 0)
  for (type in names(few)) few[type] <- min(tapply(list$answered[list$stype == type], list$improved[list$stype == type], sum))
  ifelse(few[list$stype] < 30, list$stype, paste(list$stype, list$improved))
}

# Classes of propensities between their quantiles, each at the upper end closed.
propensity_classes <- function(list, X, many = 5) {
  p <- round(fitted(glm.fit(X, list$answered * 1, list$base, family = quasibinomial(), control = TIGHT)), 10)
  findInterval(p, unique(quantile(p, seq_len(many - 1) / many)), left.open = TRUE)
}

in_joint_cells <- function(x, path, fpc) {
  people <- read.csv(path)
  cell <- paste(sprintf("Year %d", x$year + 6), c("Girls", "Boys")[x$sex])
  x$cell <- cell
  x$people <- people$n[match(cell, paste(people$year, people$sex))]
  x$weight <- x$people / as.vector(table(cell)[cell])
  svydesign(ids = ~1, strata = ~cell, weights = ~weight, fpc = if (fpc) ~people, data = x)
}
