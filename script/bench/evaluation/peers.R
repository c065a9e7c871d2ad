# The same models in R. One fit per process: Rscript peers.R MODEL FILE RUNS
# FILE holds numbers only, one row per value: person, clinician, visit, y, arm, baseline, then the covariates.
# The fit and its summary are timed; reading the file is not. Prints one line of JSON.
given <- commandArgs(trailingOnly = TRUE)
model <- given[1]
runs <- as.integer(given[3])
seen <- read.csv(given[2], colClasses = "numeric")
covariates <- setdiff(names(seen), c("person", "clinician", "visit", "y", "arm", "baseline"))
last <- max(seen$visit)
seen$at <- as.integer(factor(seen$visit))
for (name in c("person", "clinician", "visit")) seen[[name]] <- factor(seen[[name]])
by_visit <- reformulate(c("0", "visit", "visit:arm", "visit:baseline", covariates), "y")
once <- reformulate(c("arm", covariates, "baseline", "(1 | clinician)"), "y")
arm <- paste0("visit", last, ":arm")

fits <- list(
  gls = function() {
    fit <- nlme::gls(by_visit, seen, nlme::corSymm(form = ~ at | person), nlme::varIdent(form = ~ 1 | visit),
                     method = "REML")
    summary(fit)$tTable[arm, 1:2]
  },
  glmmTMB = function() {
    with_effects <- update(by_visit, . ~ . + us(0 + visit | person) + (1 | clinician))
    fit <- glmmTMB::glmmTMB(with_effects, seen, dispformula = ~ 0, REML = TRUE)
    c(summary(fit)$coefficients$cond[arm, 1:2], converged = as.numeric(fit$fit$convergence == 0))
  },
  lmer = function() summary(lme4::lmer(once, seen))$coefficients["arm", 1:2],
  lmerTest = function() summary(lmerTest::lmer(once, seen))$coefficients["arm", c(1, 2, 3)]
)
package <- c(gls = "nlme", glmmTMB = "glmmTMB", lmer = "lme4", lmerTest = "lmerTest")[[model]]
seconds <- numeric(runs)
for (run in seq_len(runs)) seconds[run] <- system.time(found <- suppressWarnings(fits[[model]]()))[["elapsed"]]
peak <- grep("VmHWM", readLines("/proc/self/status"), value = TRUE)
cat(sprintf(
  '{"seconds": %f, "runs": %d, "estimate": %.12g, "se": %.12g, "third": %.12g, "peak_mb": %f, "version": "%s"}\n',
  median(seconds), runs, found[1], found[2], if (length(found) > 2) found[3] else -1,
  as.numeric(gsub("[^0-9]", "", peak)) / 1024, as.character(packageVersion(package))
))
