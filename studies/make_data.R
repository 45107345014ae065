# Write the data sets of R's package `survey` that the studies use, as R holds them: Rscript make_data.R FOLDER
# make_data.py calls it, and makes the studies' own files of what it writes.
suppressMessages(library(survey))
folder <- commandArgs(TRUE)[1]
data(api)
data(nhanes)

# Seventeen digits give back the same number.
as_written <- function(table) {
  numbers <- vapply(table, function(column) is.numeric(column) && !is.factor(column), TRUE)
  table[numbers] <- lapply(table[numbers], function(x) ifelse(is.na(x), NA, sprintf("%.17g", as.vector(x))))
  table
}
keep <- function(table, name) {
  write.csv(as_written(table), file.path(folder, name), row.names = FALSE, na = "")
}

columns <- c("cds", "stype", "dnum", "snum", "api99", "api00", "sch.wide", "comp.imp", "awards", "meals", "ell", "enroll")
keep(apistrat[c(columns, "pw", "fpc")], "apistrat.csv")
keep(apiclus2[c(columns, "pw", "fpc1", "fpc2")], "apiclus2.csv")

# Balanced repeated replication: factors of 0 and 2, to be multiplied with the weights. In the one stratum of three
# sampling units two are taken for one.
whole <- svydesign(id = ~SDMVPSU, strata = ~SDMVSTRA, weights = ~WTMEC2YR, nest = TRUE, data = nhanes)
half <- as.svrepdesign(whole, type = "BRR", large = "merge", compress = FALSE)
factors <- as.data.frame(unclass(as.matrix(weights(half, type = "replication"))))
names(factors) <- sprintf("BRR%02d", seq_along(factors))
nhanes$agecat <- as.integer(nhanes$agecat)
keep(cbind(nhanes, factors), "nhanes.csv")
