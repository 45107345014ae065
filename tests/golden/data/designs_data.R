# Data of R's packages that the designs of designs.yaml are tried on. Run in this folder: Rscript designs_data.R
# It writes apiclus2.csv, election_pps.csv and other data of the package as R holds them, and the factors by which R
# multiplies the weights of each sampling unit of apistrat and apiclus1 in its replicates (replicates_apistrat.csv,
# replicates_apiclus1.csv).
suppressMessages(library(survey))
data(api)
data(election)
as_written <- function(table) {
  numbers <- vapply(table, function(column) is.numeric(column) && !is.factor(column), TRUE)
  table[numbers] <- lapply(table[numbers], function(x) ifelse(is.na(x), NA, sprintf("%.17g", as.vector(x))))
  table
}
keep <- function(table, name) write.csv(as_written(table), name, row.names = FALSE, na = "")
factors <- function(design, name) {
  f <- unclass(as.matrix(weights(design, type = "replication")))
  setNames(as.data.frame(f), sprintf("%s%02d", name, seq_len(ncol(f))))
}
# The factors of a unit are those of each of its rows.
by_unit <- function(table, name) keep(unique(table), name)

keep(apiclus2, "apiclus2.csv")
keep(election_pps, "election_pps.csv")
# The examples of the package: two stages (Särndal et al.), strata with few units, paired units, half-samples.
for (name in c("mu284", "fpc", "crowd", "scd", "hospital")) {
  do.call(data, list(name))
  keep(get(name), sprintf("%s.csv", name))
}

# Data of other packages that come with R: patients in centres, with answers missing (survival's lung); matched sets
# (datasets' infert); the sub-cohort of a cohort of 4,028, drawn at random (survival's nwtco).
suppressMessages(library(survival))
lung <- lung[!is.na(lung$inst), ]
names(lung) <- gsub(".", "_", names(lung), fixed = TRUE)
keep(lung, "lung.csv")
keep(transform(infert, education = as.integer(education))[c("education", "age", "induced", "case", "spontaneous", "stratum")], "infert.csv")
keep(nwtco[nwtco$in.subcohort, c("instit", "histol", "stage", "rel", "age")], "nwtco.csv")

# Twelve zones of two units each: four to a type of school, in the order of the file.
place <- ave(seq_len(nrow(apistrat)), apistrat$stype, FUN = seq_along)
size <- ave(seq_len(nrow(apistrat)), apistrat$stype, FUN = length)
zone <- (as.integer(apistrat$stype) - 1) * 4 + ceiling(4 * place / size)
halves <- svydesign(id = ~unit, strata = ~zone, weights = ~pw, nest = TRUE,
                    data = data.frame(apistrat, zone = zone, unit = 1 + place %% 2))
set.seed(284)
by_unit(cbind(
  zone = zone, unit = 1 + place %% 2,
  factors(as.svrepdesign(halves, type = "BRR", compress = FALSE), "brr"),
  factors(as.svrepdesign(halves, type = "Fay", fay.rho = 0.3, compress = FALSE), "fay"),
  factors(as.svrepdesign(halves, type = "JKn", compress = FALSE), "jkn")
), "replicates_apistrat.csv")

clusters <- svydesign(id = ~dnum, weights = ~pw, data = apiclus1)
boot <- as.svrepdesign(clusters, type = "bootstrap", replicates = 40, compress = FALSE)
stopifnot(isTRUE(all.equal(boot$rscales, rep(1, 40))), isTRUE(all.equal(boot$scale * 39, 15 / 14)))
by_unit(cbind(
  dnum = apiclus1$dnum,
  factors(as.svrepdesign(clusters, type = "JK1", compress = FALSE), "jk"),
  factors(boot, "boot"),
  factors(as.svrepdesign(clusters, type = "subbootstrap", replicates = 40, compress = FALSE), "sub")
), "replicates_apiclus1.csv")
