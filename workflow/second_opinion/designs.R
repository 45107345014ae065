# -- Data and design ---------------------------------------------------------------------------------------------

if (!requireNamespace("MASS", quietly = TRUE)) {
  # survey calibrates with the generalised inverse of MASS; that of a matrix of full rank is its inverse.
  source_of <- gsub("MASS::ginv", "solve", deparse(survey:::grake), fixed = TRUE)
  assignInNamespace("grake", eval(parse(text = source_of), asNamespace("survey")), "survey")
}

read_text <- function(path) {
  # The first line of a table of made-up answers says what it is.
  marked <- startsWith(readLines(path, n = 1, warn = FALSE), "# ")
  x <- read.csv(path, skip = as.integer(marked), colClasses = "character", check.names = FALSE, na.strings = character(), encoding = "UTF-8")
  # An apostrophe keeps a spreadsheet from running the text of a cell, and is no part of it.
  shown <- function(text) sub("^'('*[=+@\t\n-])", "\\1", text)
  x[] <- lapply(x, shown)
  names(x) <- shown(names(x))
  x
}

read_respondents <- function(path) {
  x <- read_text(path)
  for (name in names(x)) {
    x[[name]][x[[name]] == ""] <- NA
    if (!name %in% texts) x[[name]] <- as.numeric(x[[name]])
  }
  for (name in intersect(unique(totals$variable), texts)) {
    own <- totals$level[totals$variable == name]
    x[[name]] <- factor(x[[name]], levels = unique(own))
  }
  x
}

# People in each level of a variable, as postStratify and rake want them.
known <- function(scheme, variable) {
  own <- totals[totals$scheme == scheme & totals$variable == variable, ]
  made <- data.frame(factor(own$level, levels = own$level), Freq = as.numeric(own$total))
  names(made)[1] <- variable
  made
}

# Totals in the order of the columns of a model matrix: everybody, then levels but the first, then numbers.
sums <- function(scheme, margins, numbers) {
  people <- as.numeric(totals$total[totals$scheme == scheme & totals$variable == ""])
  levels <- lapply(margins, function(name) known(scheme, name)$Freq)
  whole <- if (length(levels)) sum(levels[[1]]) else people
  sizes <- vapply(numbers, function(name) as.numeric(totals$total[totals$scheme == scheme & totals$variable == name]), 0)
  c(whole, unlist(lapply(levels, function(own) own[-1])), unname(sizes))
}

# Replicate weights: the parts of the weights that came with the file, times the weights from which a scheme starts.
replicates <- function(x, weight) as.matrix(x[, grep("^\\.replicate_", names(x))]) * x[[weight]]

# A domain is a subset of the design.
part <- function(d, rows) d[which(rows), ]

within <- function(d) weights(d, "sampling") > 0

# Whether everybody was drawn and answered wherever a domain reaches: nothing is left to chance.
complete <- function(d) {
  if (is.null(d$fpc$popsize)) return(FALSE)
  inside <- within(d)
  any(inside) && all(d$fpc$sampsize[inside, ] >= d$fpc$popsize[inside, ] * (1 - 1e-9))
}

# -- Answers -----------------------------------------------------------------------------------------------------

# 1 where a variable has one of some codes, 0 where it has another, NA where it is missing.
has <- function(v, codes) {
  hit <- if (is.numeric(v)) v %in% as.numeric(codes) else as.character(v) %in% codes
  ifelse(is.na(v), NA, as.numeric(hit))
}

meets <- function(x, conditions) {
  held <- rep(TRUE, nrow(x))
  for (name in names(conditions)) held <- held & has(x[[name]], conditions[[name]]) %in% 1
  held
}

in_base <- function(x, base) if (base %in% names(bases)) meets(x, bases[[base]]) else rep(TRUE, nrow(x))

in_group <- function(x, group, level) {
  if (group %in% c("overall", "")) rep(TRUE, nrow(x)) else has(x[[group]], level) %in% 1
}

# What is estimated of a variable: whether it has an answer, or lies in a bin, or its value, or how that changed.
answers <- function(x, row) {
  v <- x[[row$variable]]
  if (row$statistic == "change") {
    counted_as <- function(v) if (row$level == "") as.numeric(v) else has(v, row$level)
    return(counted_as(v) - counted_as(x[[claims[[row$claim]]$before]]))
  }
  if (row$level == "") return(as.numeric(v))
  if (sub("_.*", "", row$statistic) == "histogram") {
    ends <- strsplit(paste0(row$level, " "), ":")[[1]]
    low <- if (ends[1] == "") -Inf else as.numeric(ends[1])
    high <- if (trimws(ends[2]) == "") Inf else as.numeric(ends[2])
    return(ifelse(is.na(v), NA, as.numeric(v >= low & v < high)))
  }
  categories <- merged[[row$variable]]
  has(v, if (row$level %in% names(categories)) categories[[row$level]] else row$level)
}

# The design among those who are in the base and the group of a row and have an answer, which stands in `y`.
among <- function(d, row, base = row$base) {
  x <- d$variables
  y <- answers(x, row)
  d$variables$y <- ifelse(is.na(y), 0, y)
  part(d, in_base(x, base) & in_group(x, row$group, row$group_level) & !is.na(y))
}

# The same, with the groups that are compared as a factor in `between`: a subset of a calibrated design keeps all
# rows, the others without weight, so that any value will do for them.
between <- function(d, row, base = row$base) {
  x <- d$variables
  levels <- groups[[row$group]]
  pair <- levels
  if (row$group_level != "") {
    own <- paste0(levels, "-", levels[1]) == row$group_level
    pair <- c(levels[1], levels[own])
  }
  y <- answers(x, row)
  code <- rep(NA_integer_, nrow(x))
  for (k in seq_along(pair)) code[has(x[[row$group]], pair[k]) %in% 1] <- k
  rows <- in_base(x, base) & !is.na(y) & !is.na(code)
  if (!any(rows)) return(NULL)
  code[!rows] <- min(code[rows])
  y[!rows] <- y[rows][1]
  d$variables$y <- y
  d$variables$between <- factor(code)
  part(d, rows)
}
