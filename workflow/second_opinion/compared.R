
# -- Every row ---------------------------------------------------------------------------------------------------

recomputed <- list(
  mean = mean_of, proportion = share_of, histogram = share_of, total = total_of, median = quantile_of,
  lower_quartile = quantile_of, upper_quartile = quantile_of, share_of_answers = share_of_answers,
  difference = difference_of, risk_ratio = ratio_of, t_test = t_test_of, rank_test = rank_test_of,
  rao_scott = rao_scott_of, adjusted_wald = adjusted_wald_of, exact_test = exact_of, tost = tost_of,
  tost_power = tost_of, claim_test = claim_test_of, difference_of_groups = difference_of_claim,
  ratio = ratio_of_claim, claimed_median = median_of_claim, change = change_of, odds_ratio_claimed = association_of,
  coefficient_claimed = association_of,
  level_share = at_level, level_mean = at_level, level_difference = at_level, coefficient = coefficient_of,
  coefficient_unadjusted = coefficient_of, log_odds = coefficient_of, odds_ratio = coefficient_of,
  odds_ratio_unadjusted = coefficient_of, average_marginal_effect = marginal_effect_of, weight_diagnostic = weight_diagnostic
)

on_the_list <- "it counts people of the list and answers as they came in, which are not in the data file"
not_in_r <- list(
  count = on_the_list, response_rate = on_the_list, no_answer = on_the_list, answered = on_the_list,
  proportional_odds_check = "R's survey has no design-based test of proportional odds",
  alpha = "reliability: R's survey gives no interval of alpha", omega = "reliability: R's survey has no factor model",
  alpha_if_dropped = "reliability: of single items", item_total = "reliability: of single items",
  ordinal_alpha = "reliability: R's survey has no polychoric correlations",
  ordinal_omega = "reliability: R's survey has no polychoric correlations"
)
prefixes <- list(
  "_imputed$|_missing_information$|_complete_cases$|^imputations$|^share_incomplete$|^share_item_unanswered$" =
    "multiple imputation rests on random numbers, and on answers that are not in the data file",
  "kappa|gwet|krippendorff|observed_agreement" = "codes of open answers are not in the data file"
)

why_not <- function(row, kind) {
  if (!is.null(not_in_r[[kind]])) return(not_in_r[[kind]])
  for (pattern in names(prefixes)) if (grepl(pattern, row$statistic)) return(prefixes[[pattern]])
  if (grepl("codes given", row$method)) return("codes of open answers are not in the data file")
  paste0("this program has no function for the statistic '", row$statistic, "'")
}

TESTS <- "^(t_test|rank_test|rao_scott|adjusted_wald|claim_test)"

# A list of numbers, or why there is none.
recompute <- function(row) {
  kind <- sub("_(no)?fpc$", "", row$statistic)
  if (grepl("_p_(holm|bh)$", kind)) return("adjusted")
  compute <- recomputed[[kind]]
  if (is.null(compute) || grepl("codes given", row$method)) return(why_not(row, kind))
  design <- designs[[row$scheme]]
  if (is.null(design)) return(paste0("there is no design of the scheme '", row$scheme, "'"))
  if (!row$variable %in% names(x) && kind != "weight_diagnostic") return(on_the_list)
  if (kind == "weight_diagnostic" && design$reason != "") return(paste("its weights are the pipeline's:", design$reason))
  # The estimate of a test is its statistic, which rests on the variance.
  if (grepl(TESTS, kind) && design$reason != "") return(paste("its weights are the pipeline's:", design$reason))
  row$statistic <- kind
  d <- if (row$fpc == "True") design$corrected else design$plain
  tryCatch(compute(d, row), error = function(e) paste("R stopped:", conditionMessage(e)))
}

COLUMNS <- c("estimate", "se", "df", "df2", "ci_low", "ci_high", "p_value", "effect")

# How far two numbers are apart, in parts of R's; an end of an interval near nought in standard errors. The far tail of
# a distribution magnifies the last digit of the statistic: probabilities are told apart down to 1e-15.
apart <- function(ours, r, column, row) {
  # What the weights were adjusted to is known: its standard error is 0, and what is left of it rounding.
  nothing <- 1e-9 * max(1, abs(as.numeric(row$estimate)), na.rm = TRUE)
  certain <- column == "se" || isTRUE(as.numeric(row$se) < nothing)
  if (certain && column != "p_value" && abs(ours) < nothing && abs(r) < nothing) return(0)
  near <- if (column %in% c("estimate", "ci_low", "ci_high")) as.numeric(row$se) else NA
  abs(ours - r) / max(abs(r), near, if (column == "p_value") 1e-15 else 1e-300, na.rm = TRUE)
}

lines_of <- function(row, made, reason) {
  line <- function(column, ours, r, difference, why) {
    data.frame(estimate_id = row$estimate_id, statistic = row$statistic, scheme = row$scheme, column = column,
               ours = ours, r = r, difference = difference, not_computed = why)
  }
  if (is.character(made)) return(line("", row$estimate, "", "", made))
  kept <- list()
  for (column in COLUMNS) {
    ours <- suppressWarnings(as.numeric(row[[column]]))
    r <- made[[column]]
    if (!is.finite(ours) || (column == "effect" && !is.finite(r))) next
    if (reason != "" && column != "estimate") {
      kept[[column]] <- line(column, row[[column]], "", "", paste("its weights are the pipeline's:", reason))
    } else if (!is.finite(r)) {
      kept[[column]] <- line(column, row[[column]], "", "", "R gives none")
    } else {
      gap <- apart(ours, r, column, row)
      kept[[column]] <- line(column, row[[column]], sprintf("%.15g", r), sprintf("%.2e", gap), "")
    }
  }
  if (length(kept)) do.call(rbind, kept) else line("", row$estimate, "", "", "there is no number to compare")
}

# Within one unit of the last digit that a released number shows; statistics of tests are told in halves, totals in
# units of their own.
within_rounding <- function(shown, exact, test, unit, se) {
  digits <- sub("e.*$", "", sub("^-", "", shown))
  decimals <- if (grepl(".", digits, fixed = TRUE)) nchar(sub("^[^.]*[.]", "", digits)) else 0
  noughts <- if (decimals == 0 && digits != "0") nchar(digits) - nchar(sub("0+$", "", digits)) else 0
  # An end of an interval near nought is as exact as its standard error.
  step <- max(10^(noughts - decimals), if (test) 0.5, unit, 1e-8 * max(abs(exact), se, na.rm = TRUE))
  abs(as.numeric(shown) - exact) <= (1 + 1e-9) * step
}

# Unit to which a total is told, about a hundredth of the people of its group; 0 of what is no total.
unit_of <- function(row) {
  if (row$statistic != "total") return(0)
  d <- designs[[row$scheme]]$corrected
  wanted <- max(sum(weights(d, "sampling")[in_group(d$variables, row$group, row$group_level)]) / 100, 1)
  steps <- 10^floor(log10(wanted) + 1e-12) * c(1, 2, 5, 10)
  steps[steps >= wanted * (1 - 1e-9)][1]
}

released <- function(path, table) {
  if (!file.exists(path)) return(c(compared = 0, within = 0))
  public <- read_text(path)
  own <- table[table$r != "" & table$column %in% c("estimate", "se", "ci_low", "ci_high"), ]
  at <- match(own$estimate_id, public$estimate_id)
  shown <- mapply(function(k, column) if (is.na(k)) "" else public[[column]][k], at, own$column)
  there <- which(shown != "")
  tests <- own$column[there] == "estimate" & grepl(TESTS, own$statistic[there])
  about <- match(own$estimate_id[there], estimates$estimate_id)
  units <- vapply(about, function(k) unit_of(estimates[k, ]), 0)
  held <- mapply(within_rounding, shown[there], as.numeric(own$r[there]), tests, units, as.numeric(estimates$se[about]))
  c(compared = length(there), within = sum(as.logical(held)))
}

quoted <- function(text) paste0('"', gsub('(["\\\\])', "\\\\\\1", text), '"')

json <- function(parts) {
  paste0("{", paste0("\n ", quoted(names(parts)), ": ", unlist(parts), collapse = ","), "\n}\n")
}

counted_by <- function(reasons) {
  if (!length(reasons)) return("{}")
  many <- sort(table(reasons), decreasing = TRUE)
  paste0("{", paste0(quoted(names(many)), ": ", many, collapse = ", "), "}")
}

given <- commandArgs(trailingOnly = TRUE)
folder <- if (length(given)) given[1] else "."
at <- function(...) file.path(folder, ...)
totals <- read_text(at("private/second_opinion/totals.csv"))
x <- read_respondents(at("private/second_opinion/respondents.csv"))
designs <- designs_of(x)
estimates <- do.call(rbind, lapply(c("estimates.csv", "further_estimates.csv"), function(name) {
  if (file.exists(at("private", name))) read_text(at("private", name))
}))
rows <- split(estimates, seq_len(nrow(estimates)))
made <- lapply(rows, recompute)
later <- which(vapply(made, identical, TRUE, "adjusted"))
made[later] <- lapply(rows[later], adjusted, made = made)
reasons <- vapply(rows, function(row) {
  design <- designs[[row$scheme]]
  if (is.null(design)) "" else design$reason
}, "")
table <- do.call(rbind, Map(lines_of, rows, made, reasons))
write.csv(table, at("private/second_opinion/compared.csv"), row.names = FALSE, quote = TRUE)

compared <- table[table$r != "", ]
left <- table[table$r == "", ]
gaps <- as.numeric(compared$difference)
public <- released(at("public/estimates.csv"), compared)
cat(json(list(
  asked = quoted(format(Sys.Date())), estimates = quoted(unname(tools::md5sum(at("public/estimates.csv")))), r = quoted(as.character(getRversion())),
  survey = quoted(as.character(packageVersion("survey"))),
  rows = length(unique(compared$estimate_id)), numbers = nrow(compared),
  largest_difference = if (length(gaps)) sprintf("%.1e", max(gaps)) else "null",
  above_1e_8 = sum(gaps > 1e-8), rows_not_computed = length(setdiff(left$estimate_id, compared$estimate_id)),
  not_computed = counted_by(left$not_computed[!left$estimate_id %in% compared$estimate_id]),
  in_part = counted_by(left$not_computed[left$estimate_id %in% compared$estimate_id]),
  released_compared = public[["compared"]], released_within_rounding = public[["within"]]
)), file = at("public/second_opinion.json"))
cat(sprintf("%d rows with %d numbers compared; largest relative difference %s; %d rows that R does not compute\n",
            length(unique(compared$estimate_id)), nrow(compared),
            if (length(gaps)) sprintf("%.1e", max(gaps)) else "none", length(setdiff(left$estimate_id, compared$estimate_id))))
