//! The two curves that counts obey, and where they are cut: Beta for a share, Gamma for a rate. Plain numerical work, checked against values
//! from the books.

use std::f64::consts::PI;

/// Halvings of a span when a quantile is sought: past what a double holds.
const HALVINGS: u32 = 64;
/// Terms of a series or fraction; some dozens do for hundreds, and their number grows as the root of the counts.
const TERMS_MAX: u32 = 200_000;
const CLOSE: f64 = 1e-14;

/// The share below which a Beta(a, b) falls with probability `p`, by halving.
pub fn beta_quantile(p: f64, a: f64, b: f64) -> f64 {
    let whole = ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b);
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if beta_share(middle, (a, b), whole) < p { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// The regularised incomplete beta function I_x(a, b), by its continued fraction (NIST Digital Library of Mathematical Functions,
/// 8.17.22), evaluated from the side on which it settles quickly. `whole` is ln Γ(a+b) − ln Γ(a) − ln Γ(b).
fn beta_share(x: f64, (a, b): (f64, f64), whole: f64) -> f64 {
    if x <= 0.0 || x >= 1.0 {
        return x.clamp(0.0, 1.0);
    }
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - beta_share(1.0 - x, (b, a), whole);
    }
    let front = (a * x.ln() + b * (-x).ln_1p() + whole).exp() / a;
    front * continued_fraction(x, a, b)
}

/// Lentz's way, which never divides by nothing.
fn continued_fraction(x: f64, a: f64, b: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let kept = |v: f64| if v.abs() < TINY { TINY } else { v };
    let (mut c, mut d) = (1.0, 1.0 / kept(1.0 - (a + b) * x / (a + 1.0)));
    let mut value = d;
    for m in 1..=TERMS_MAX {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / kept(1.0 + even * d);
        c = kept(1.0 + even / c);
        value *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / kept(1.0 + odd * d);
        c = kept(1.0 + odd / c);
        value *= d * c;
        if (d * c - 1.0).abs() < CLOSE {
            break;
        }
    }
    value
}

/// ln Γ(x) for x > 0: Stirling's series (NIST, 5.11.1) after stepping up to where it is exact to the last digits.
fn ln_gamma(x: f64) -> f64 {
    let mut x = x;
    let mut steps = 0.0;
    while x < 12.0 {
        steps += x.ln();
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    let series = (1.0 / 12.0 - y * (1.0 / 360.0 - y * (1.0 / 1260.0 - y / 1680.0))) / x;
    (x - 0.5) * x.ln() - x + 0.5 * (2.0 * PI).ln() + series - steps
}

/// The rate below which a Gamma(a, 1) falls with probability `p`, by halving.
pub fn gamma_quantile(p: f64, a: f64) -> f64 {
    let whole = ln_gamma(a);
    let (mut low, mut high) = (0.0, a + 10.0 * a.sqrt() + 20.0);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if gamma_share(middle, a, whole) < p { low = middle } else { high = middle }
    }
    0.5 * (low + high)
}

/// The regularised lower incomplete gamma function P(a, x): its series below the bulk, its continued fraction above (NIST, 8.11.4 and 8.9.2).
/// `whole` is ln Γ(a).
fn gamma_share(x: f64, a: f64, whole: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let front = (a * x.ln() - x - whole).exp();
    if x < a + 1.0 {
        let (mut term, mut sum, mut at) = (1.0 / a, 1.0 / a, a);
        for _ in 0..TERMS_MAX {
            at += 1.0;
            term *= x / at;
            sum += term;
            if term < sum * CLOSE {
                break;
            }
        }
        return front * sum;
    }
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (1.0 / f64::MIN_POSITIVE, 1.0 / b);
    let mut value = d;
    for n in 1..=TERMS_MAX {
        let n = f64::from(n);
        b += 2.0;
        d = 1.0 / (b - n * (n - a) * d);
        c = b - n * (n - a) / c;
        value *= d * c;
        if (d * c - 1.0).abs() < CLOSE {
            break;
        }
    }
    1.0 - front * value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_functions_are_the_ones_in_the_books() {
        let near = |found: f64, known: f64| assert!((found - known).abs() < 1e-9 * known.abs().max(1.0), "{found} {known}");
        near(ln_gamma(0.5), 0.5 * PI.ln());
        near(ln_gamma(10.0), 362_880f64.ln());
        let beta_share = |x, a: f64, b: f64| super::beta_share(x, (a, b), ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b));
        let gamma_share = |x, a| super::gamma_share(x, a, ln_gamma(a));
        near(beta_share(0.3, 1.0, 1.0), 0.3);
        near(beta_share(0.25, 2.0, 1.0), 0.0625);
        near(beta_share(0.5, 7.5, 7.5), 0.5);
        // The arcsine law.
        near(beta_share(0.75, 0.5, 0.5), 2.0 / 3.0);
        near(beta_quantile(2.0 / 3.0, 0.5, 0.5), 0.75);
        for p in [0.001, 0.2, 0.975] {
            near(beta_share(beta_quantile(p, 40.5, 3.5), 40.5, 3.5), p);
            near(gamma_share(gamma_quantile(p, 3.5), 3.5), p);
        }
        // The exponential law, and chi-squared tables: 7.37776 is the 97.5th of two degrees, 20.4832 of ten.
        near(gamma_share(2.0, 1.0), 1.0 - (-2f64).exp());
        assert!((2.0 * gamma_quantile(0.975, 1.0) - 7.377_759).abs() < 1e-5);
        assert!((2.0 * gamma_quantile(0.975, 5.0) - 20.483_177).abs() < 1e-5);
    }

    #[test]
    fn great_counts_are_as_the_normal_curve() {
        let share = beta_quantile(0.975, 1e8, 1e8);
        assert!((share - (0.5 + 1.959_964 * 0.25f64.sqrt() / 2e8f64.sqrt())).abs() < 1e-8, "{share}");
        let rate = gamma_quantile(0.025, 1e6);
        assert!((rate - (1e6 - 1.959_964 * 1e3)).abs() < 2.0, "{rate}");
    }
}
