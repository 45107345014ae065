# The share of the schools in each bin of a number, for tests/golden/test_histograms_golden.py.
# R 4.2, survey 4.1. Run in this folder: Rscript histograms.R > histograms.csv
suppressMessages(library(survey))
strat <- read.csv("apistrat.csv")
clus <- read.csv("apiclus1.csv")
designs <- list(
  strata_fpc = svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = strat),
  one_stage = svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc, data = clus)
)
edges <- list(api00 = c(-Inf, 500, 600, 700, 800, Inf), enroll = c(-Inf, 250, 500, 1000, 2000, Inf))
cat("design,variable,level,estimate,se\n")
for (name in names(designs)) {
  for (variable in names(edges)) {
    d <- designs[[name]]
    # Each bin holds its lower edge.
    d$variables$bin <- cut(d$variables[[variable]], edges[[variable]], right = FALSE)
    share <- svytable(~bin, d) / sum(svytable(~bin, d))
    found <- svymean(~bin, d)
    stopifnot(all.equal(as.vector(share), as.vector(coef(found))))
    ends <- sub("Inf", "", sub("-Inf", "", format(edges[[variable]], trim = TRUE)))
    for (k in seq_along(share)) {
      cat(sprintf("%s,%s,%s:%s,%.17g,%.17g\n", name, variable, ends[k], ends[k + 1], share[k], SE(found)[k]))
    }
  }
}
