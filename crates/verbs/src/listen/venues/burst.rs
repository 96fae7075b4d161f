//! Whether a place is growing: the people who speak there lately against before, as Poisson counts whose rates have a gamma distribution
//! (conjugate; Gelman et al., "Bayesian Data Analysis", section 2.6). A ratio of two small numbers says nothing; this says how sure it is.
//! People are counted, not posts, so that one loud account is one.

/// The counts' prior: one person in so many weeks.
const PRIOR_WEEKS: f64 = 0.5;
/// Growth by less is no news.
const GROWTH: f64 = 1.3;
/// As sure as this one has to be.
const SURE: f64 = 0.95;
/// Counts past this are as sure as can be.
const COUNT_MAX: u32 = 2_000;

/// The chance that the rate of the late stretch is more than [`GROWTH`] times that of the early one.
pub fn chance_of_growth(early: u32, early_weeks: f64, late: u32, late_weeks: f64) -> f64 {
    let (a, b) = (early.min(COUNT_MAX) + 1, late.min(COUNT_MAX) + 1);
    let (rate_early, rate_late) = (early_weeks + PRIOR_WEEKS, GROWTH * (late_weeks + PRIOR_WEEKS));
    // Two gamma variables race: a finite sum of the negative binomial distribution, term by term from the last.
    let q = rate_early / (rate_early + rate_late);
    let mut term = f64::from(a) * q.ln();
    let mut sum = 0.0;
    for i in 0..b {
        sum += term.exp();
        term += ((f64::from(a) + f64::from(i)) / f64::from(i + 1)).ln() + (1.0 - q).ln();
    }
    // The sum is the chance that the early stretch's variable comes first, which is that its rate is the smaller.
    sum.min(1.0)
}

pub fn is_growing(early: u32, early_weeks: f64, late: u32, late_weeks: f64) -> bool {
    chance_of_growth(early, early_weeks, late, late_weeks) >= SURE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sure_only_with_enough() {
        // Twice as many a week is nothing with one and two, and something with thirty and sixty.
        assert!(!is_growing(1, 2.0, 2, 2.0));
        assert!(is_growing(30, 2.0, 70, 2.0));
        assert!(!is_growing(30, 6.0, 10, 2.0), "the same rate is no growth");
        assert!(!is_growing(0, 6.0, 1, 2.0), "one newcomer is no burst");
        assert!(is_growing(0, 6.0, 6, 2.0), "six where nobody was is one");
        assert!(!is_growing(0, 6.0, 0, 2.0));
    }

    #[test]
    fn it_is_a_chance_and_grows_with_the_late_count() {
        for early in [0, 3, 50, 5_000] {
            let all: Vec<f64> = (0..60).map(|late| chance_of_growth(early, 6.0, late, 2.0)).collect();
            assert!(all.iter().all(|p| (0.0..=1.0).contains(p)), "{early}: {all:?}");
            assert!(all.windows(2).all(|w| w[0] <= w[1] + 1e-12), "{early}: {all:?}");
        }
        // By symmetry: equal stretches and counts, and a growth of 1.3, is a bit less than an even chance.
        let even = chance_of_growth(40, 4.0, 40, 4.0);
        assert!(even > 0.05 && even < 0.5, "{even}");
    }
}
