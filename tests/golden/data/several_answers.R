# What part of all answers each box is, for tests/golden/test_several_answers_golden.py.
# R 4.2, survey 4.1. Run in this folder: Rscript several_answers.R
library(survey)
d <- read.csv("apistrat.csv")
d$a <- as.numeric(d$comp.imp == "Yes"); d$b <- as.numeric(d$sch.wide == "Yes")
d$c <- as.numeric(d$yr.rnd == "Yes")
d$ticks <- d$a + d$b + d$c
clus <- read.csv("apiclus1.csv")
clus$a <- as.numeric(clus$comp.imp == "Yes"); clus$b <- as.numeric(clus$sch.wide == "Yes")
clus$c <- as.numeric(clus$yr.rnd == "Yes")
clus$ticks <- clus$a + clus$b + clus$c
rep <- as.svrepdesign(svydesign(id = ~1, strata = ~stype, weights = ~pw, data = d), type = "JKn")
designs <- list(
  strata = svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = d),
  clusters = svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc, data = clus)
)
for (name in names(designs)) {
  among <- subset(designs[[name]], ticks > 0)
  for (box in c("a", "b", "c")) {
    found <- svyratio(as.formula(paste0("~", box)), ~ticks, among)
    cat(sprintf("%s,%s,%.15g,%.15g,%d\n", name, box, coef(found), SE(found), degf(among)))
  }
}
