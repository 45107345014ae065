# R's answers to the designs that tests/golden/test_stage_golden.py runs through the pipeline's own stages.
# Run in this folder: Rscript stage.R. It writes apipop.csv, the list of those asked, and stage.json.
library(survey)
data(api)
if (!requireNamespace("MASS", quietly = TRUE)) {
  # The inverse of a matrix of full rank is its generalised inverse.
  source <- gsub("MASS::ginv", "solve", deparse(survey:::grake), fixed = TRUE)
  assignInNamespace("grake", eval(parse(text = source), asNamespace("survey")), "survey")
}

write.csv(apipop[order(apipop$cds), c("cds", "stype", "sch.wide", "awards", "comp.imp", "api99")],
          "apipop.csv", row.names = FALSE, quote = FALSE)

entries <- character()
number <- function(x) ifelse(is.na(x), "null", sprintf("%.17g", x))
named <- function(x) paste0("{", paste0('"', names(x), '": ', number(x), collapse = ", "), "}")
keep <- function(id, data, what, r_call, ...) {
  parts <- list(...)
  about <- sprintf('"id": "%s", "data": "%s", "what": "%s", "r_call": "%s"', id, data, what, r_call)
  values <- paste0('"', names(parts), '": ', vapply(parts, named, ""), collapse = ", ")
  entries <<- c(entries, sprintf('    "%s": {%s, %s}', id, about, values))
}
means <- function(id, data, r_call, d) {
  m <- svymean(~api00, d); ci <- confint(m, df = degf(d))
  dom <- svyby(~api00, ~comp.imp, d, svymean)
  low <- dom$api00 - qt(.975, c(dfd(d, "No"), dfd(d, "Yes"))) * dom$se
  high <- dom$api00 + qt(.975, c(dfd(d, "No"), dfd(d, "Yes"))) * dom$se
  keep(paste0(id, "_mean"), data, "mean of api00, all and by comp.imp", paste0("svymean, svyby; ", r_call),
       estimate = c(all = unname(coef(m)), No = dom$api00[1], Yes = dom$api00[2]),
       se = c(all = unname(SE(m)), No = dom$se[1], Yes = dom$se[2]),
       df = c(all = degf(d), No = dfd(d, "No"), Yes = dfd(d, "Yes")),
       ci_low = c(all = ci[1], No = low[1], Yes = low[2]),
       ci_high = c(all = ci[2], No = high[1], Yes = high[2]))
  p <- svyciprop(~I(comp.imp == "Yes"), d, method = "logit", df = degf(d))
  keep(paste0(id, "_share"), data, "share of comp.imp = Yes, logit interval", paste0("svyciprop; ", r_call),
       estimate = c(Yes = as.vector(p)), se = c(Yes = sqrt(as.vector(attr(p, "var")))),
       ci_low = c(Yes = attr(p, "ci")[[1]]), ci_high = c(Yes = attr(p, "ci")[[2]]))
  w <- weights(d)
  keep(paste0(id, "_weights"), data, "weights: least, greatest, sum of squares", r_call,
       estimate = c(min = min(w), max = max(w), squares = sum(w^2)))
}
dfd <- function(d, level) degf(subset(d, comp.imp == level))
tests <- function(id, data, r_call, d) {
  t <- svyttest(api00 ~ comp.imp, d)
  keep(paste0(id, "_ttest"), data, "t test of api00 by comp.imp", paste0("svyttest; ", r_call),
       estimate = c(t = unname(t$statistic), difference = unname(t$estimate)),
       df = c(t = unname(t$parameter)), p = c(t = unname(t$p.value)))
  x <- svychisq(~sch.wide + comp.imp, d, statistic = "F")
  keep(paste0(id, "_chisq"), data, "Rao-Scott test of sch.wide by comp.imp", paste0("svychisq; ", r_call),
       estimate = c(F = unname(x$statistic)), df = c(ndf = unname(x$parameter[1]), ddf = unname(x$parameter[2])),
       p = c(F = unname(x$p.value)))
  # Models are published without the finite-population correction.
  if (grepl("fpc", id)) return(invisible())
  g <- svyglm(api00 ~ meals + comp.imp, d)
  s <- summary(g)$coefficients
  keep(paste0(id, "_lm"), data, "linear model of api00 on meals and comp.imp", paste0("svyglm; ", r_call),
       estimate = setNames(s[, 1], c("intercept", "meals", "comp")),
       se = setNames(s[, 2], c("intercept", "meals", "comp")), df = c(all = g$df.residual),
       p = setNames(s[, 4], c("intercept", "meals", "comp")))
}

stype <- c(`(Intercept)` = 6194, stypeH = 755, stypeM = 1018)

# The weights as the shares that they are: the data sets hold them to single precision.
apisrs$pw <- 6194 / 200
apistrat$pw <- apistrat$fpc / ave(apistrat$fpc, apistrat$stype, FUN = length)

# A simple random sample: one cell in which 200 of 6194 answered.
srs <- svydesign(ids = ~1, weights = ~pw, fpc = ~fpc, data = apisrs)
means("stage_srs_none", "apisrs", "dsrs", srs)
# Strata: cells of stype with unequal response; then calibrated from those unequal weights.
strat <- svydesign(ids = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = apistrat)
flat <- svydesign(ids = ~1, strata = ~stype, weights = ~I(rep(6194 / 200, 200)), fpc = ~fpc, data = apistrat)
means("stage_strat_raked", "apistrat", "calibrate(dflat, ~stype + sch.wide, calfun = 'raking'), dflat as dstrat with equal weights",
      calibrate(flat, ~stype + sch.wide, c(stype, sch.wideYes = 5122), calfun = "raking", epsilon = 1e-12, maxit = 200))
total <- c(`(Intercept)` = 6194, stypeH = 755, stypeM = 1018, awardsYes = sum(apipop$awards == "Yes"), api99 = sum(apipop$api99))
greg <- calibrate(strat, ~stype + awards + api99, total)
means("stage_strat_cells", "apistrat", "dstrat", strat)
means("stage_strat_linear", "apistrat", "calibrate(dstrat, ~stype + awards + api99)", greg)
means("stage_strat_exponential", "apistrat", "calibrate(dstrat, ~stype + awards + api99, calfun = 'raking')",
      calibrate(strat, ~stype + awards + api99, total, calfun = "raking", epsilon = 1e-12, maxit = 200))
plain <- svydesign(ids = ~1, strata = ~stype, weights = ~pw, data = apistrat)
tests("stage_strat_linear", "apistrat", "calibrate(dstrat, ~stype + awards + api99), no fpc",
      calibrate(plain, ~stype + awards + api99, total))
tests("stage_strat_linear_fpc", "apistrat", "calibrate(dstrat, ~stype + awards + api99)", greg)

# Response propensities: Kim and Kim (2007), written out here from the formula, with HC2's leverages.
answered <- apipop$cds %in% apistrat$cds
model <- glm(answered ~ stype + awards + sch.wide, binomial, apipop, epsilon = 1e-14, maxit = 100)
p <- fitted(model); X <- model.matrix(model)
u <- function(y, inside) {
  r <- match(apistrat$cds, apipop$cds); pr <- p[r]; x <- X[r, ]
  size <- sum(inside / pr); mean <- sum(inside * y / pr) / size
  e <- inside * (y - mean) / size
  information <- t(X) %*% (X * p * (1 - p))
  B <- solve(information, t(x) %*% (e * (1 - pr) / pr))
  leverage <- (1 - pr) * rowSums((x %*% solve(information)) * x)
  left <- (e - pr * (x %*% B)) / sqrt(1 - leverage)
  c(mean, sqrt(sum((1 - pr) * left^2 / pr^2)), sqrt(sum(left^2 / pr^2)))
}
all <- u(apistrat$api00, rep(1, 200))
no <- u(apistrat$api00, apistrat$comp.imp == "No"); yes <- u(apistrat$api00, apistrat$comp.imp == "Yes")
keep("stage_propensity_mean", "apistrat", "mean of api00 under inverse propensities, all and by comp.imp",
     "glm(answered ~ stype + awards + sch.wide, binomial); Kim and Kim's formula, HC2",
     estimate = c(all = all[1], No = no[1], Yes = yes[1]), se = c(all = all[2], No = no[2], Yes = yes[2]),
     se_nofpc = c(all = all[3], No = no[3], Yes = yes[3]))

# Doubly robust: the propensities, then calibrate() to the list's totals; the standard error by the formulas of both.
w0 <- 1 / p[match(apistrat$cds, apipop$cds)]
robust <- calibrate(svydesign(ids = ~1, weights = w0, data = apistrat), ~stype + awards + sch.wide, colSums(X))
w <- weights(robust)
both <- function(y, inside) {
  r <- match(apistrat$cds, apipop$cds); pr <- p[r]; x <- X[r, ]
  mean <- sum(w * inside * y) / sum(w * inside); z <- inside * (y - mean) / sum(w * inside)
  left <- w * (z - x %*% solve(t(x) %*% (x * w0), t(x) %*% (w0 * z)))
  information <- t(X) %*% (X * p * (1 - p))
  left <- left - x %*% solve(information, t(x) %*% ((1 - pr) * left))
  leverage <- (1 - pr) * rowSums((x %*% solve(information)) * x)
  c(mean, sqrt(sum((1 - pr) * left^2 / (1 - leverage))))
}
all <- both(apistrat$api00, rep(1, 200))
no <- both(apistrat$api00, apistrat$comp.imp == "No"); yes <- both(apistrat$api00, apistrat$comp.imp == "Yes")
m <- svymean(~api00, robust); stopifnot(abs(coef(m) - all[1]) < 1e-9)
keep("stage_robust_mean", "apistrat", "mean of api00 under doubly robust weights, all and by comp.imp",
     "glm(answered ~ stype + awards + sch.wide, binomial), then calibrate(~stype + awards + sch.wide); formulas of both",
     estimate = c(all = all[1], No = no[1], Yes = yes[1]), se = c(all = all[2], No = no[2], Yes = yes[2]))
keep("stage_robust_weights", "apistrat", "doubly robust weights", "weights of the same",
     estimate = c(min = min(w), max = max(w), squares = sum(w^2)))

writeLines(c("{", paste0('  "made_with": "R ', getRversion(), ", survey ", packageVersion("survey"), '",'), '  "estimates": {',
             paste(entries, collapse = ",\n"), "  }", "}"), "stage.json")
