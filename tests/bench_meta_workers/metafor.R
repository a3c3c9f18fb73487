# The tasks of bench_meta.py by metafor: reads "package task repeats" lines, answers each with seconds and numbers.

quietly <- function(...) suppressMessages(suppressWarnings(...))
present <- quietly(require(metafor))
folder <- commandArgs(trailingOnly = TRUE)[1]

fit <- function(d) rma(yi, vi, data = d)
three <- function(d, sparse = FALSE) rma.mv(yi, vi, random = ~ 1 | study/row, data = d, sparse = sparse)
parts <- function(r) c(as.numeric(r$beta), r$sigma2)
constant <- function(d) {
  V <- matrix(0, nrow(d), nrow(d))
  for (s in unique(d$study)) { i <- which(d$study == s); V[i, i] <- 0.6 * tcrossprod(sqrt(d$vi[i])) }
  diag(V) <- d$vi
  V
}
none <- function(found) numeric(0)

tasks <- list(
  reml = function(d) list(function() fit(d), function(r) c(as.numeric(r$beta), r$tau2)),
  leave_one_out = function(d) { r <- fit(d); list(function() leave1out(r), function(x) x$estimate) },
  cumulative = function(d) { r <- fit(d); list(function() cumul(r), function(x) x$estimate) },
  permutation = function(d) { r <- fit(d); list(function() permutest(r, iter = 1000, progbar = FALSE), none) },
  permutation_dl = function(d) { r <- rma(yi, vi, data = d, method = "DL"); list(function() permutest(r, iter = 1000, progbar = FALSE), none) },
  gosh = function(d) { r <- fit(d); list(function() gosh(r, subsets = 10000, progbar = FALSE), none) },
  three_level = function(d) list(function() three(d), parts),
  che = function(d) list(function() rma.mv(yi, constant(d), random = ~ 1 | study/row, data = d), parts),
  profile = function(d) { r <- three(d); list(function() confint(r), function(x) c(x[[1]]$random[1, 2:3], x[[2]]$random[1, 2:3])) },
  forest = function(d) { r <- fit(d); pdf(NULL); list(function() forest(r), none) }
)
tasks$three_level_large <- tasks$three_level
sparse <- list(three_level = function(d) list(function() three(d, TRUE), parts))
sparse$three_level_large <- sparse$three_level

ready <- list()
lines <- file("stdin", "r")
while (length(line <- readLines(lines, 1)) == 1) {
  words <- strsplit(line, " ")[[1]]
  repeats <- as.integer(words[length(words)]); task <- words[length(words) - 1]
  name <- paste(words[-length(words)], collapse = " ")
  told <- tryCatch({
    if (!present) stop("R has no package metafor")
    if (is.null(ready[[name]])) {
      d <- read.csv(file.path(folder, paste0(task, ".csv")))
      from <- if (length(words) > 3) sparse else tasks
      ready[[name]] <- from[[if (startsWith(task, "reml")) "reml" else task]](d)
    }
    began <- Sys.time()
    for (i in seq_len(repeats)) found <- quietly(ready[[name]][[1]]())
    seconds <- as.numeric(difftime(Sys.time(), began, units = "secs")) / repeats
    paste(c(sprintf("%.9g", seconds), sprintf("%.17g", ready[[name]][[2]](found))), collapse = " ")
  }, error = function(e) paste("absent", gsub("\\s+", " ", conditionMessage(e))))
  cat(told, "\n", sep = "")
  flush(stdout())
}
