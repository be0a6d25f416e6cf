//! The contrast of text in every theme that a shop can choose, computed from the tokens of the style sheet.

/// Linear red, green and blue from 0 to 1, clipped as browsers do.
type Rgb = [f64; 3];

/// The tokens that depend on a shop's hue and chroma.
const FORMULAS: [&str; 4] = [
    "--brand:light-dark(oklch(.48 var(--c) var(--h)),oklch(.78 calc(var(--c)*.7) var(--h)))",
    "--brand-strong:light-dark(oklch(.4 var(--c) var(--h)),oklch(.85 calc(var(--c)*.5) var(--h)))",
    "--tint:light-dark(oklch(.955 calc(var(--c)*.12) var(--h)),oklch(.3 calc(var(--c)*.35) var(--h)))",
    "--on-tint:light-dark(oklch(.4 var(--c) var(--h)),oklch(.88 calc(var(--c)*.4) var(--h)))",
];

fn oklch(lightness: f64, chroma: f64, hue: f64) -> Rgb {
    let (a, b) = (chroma * hue.to_radians().cos(), chroma * hue.to_radians().sin());
    let long = (lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
    let middle = (lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
    let short = (lightness - 0.089_484_177_5 * a - 1.291_485_548 * b).powi(3);
    [
        4.076_741_662_1 * long - 3.307_711_591_3 * middle + 0.230_969_929_2 * short,
        -1.268_438_004_6 * long + 2.609_757_401_1 * middle - 0.341_319_396_5 * short,
        -0.004_196_086_3 * long - 0.703_418_614_7 * middle + 1.707_614_701 * short,
    ]
    .map(|channel| channel.clamp(0.0, 1.0))
}

fn hex(color: &str) -> Rgb {
    [1, 3, 5].map(|at| {
        let value = f64::from(u8::from_str_radix(&color[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    })
}

fn contrast(one: Rgb, other: Rgb) -> f64 {
    let luminance = |light: Rgb| 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2];
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn text_has_enough_contrast_in_every_color_scheme() {
    let without_spaces = |css: &str| css.split_whitespace().collect::<String>();
    let css_tokens = without_spaces(include_str!("../../../static/css/tokens.css"));
    for formula in FORMULAS {
        assert!(
            css_tokens.contains(&without_spaces(formula)),
            "{formula} has changed: change this test with it"
        );
    }
    let (white, dark_canvas) = (hex("#ffffff"), hex("#11131b"));
    let mut worst = (f64::MAX, String::new());
    for chroma in [0.06, 0.1, 0.14, 0.17] {
        for hue in 0..360 {
            let color = |lightness: f64, share: f64| oklch(lightness, chroma * share, f64::from(hue));
            let light = (color(0.48, 1.0), color(0.4, 1.0), color(0.955, 0.12));
            let dark = (color(0.78, 0.7), color(0.85, 0.5), color(0.3, 0.35));
            for (name, ratio) in [
                ("link on canvas", contrast(light.0, hex("#f5f6fa"))),
                ("link on surface", contrast(light.0, white)),
                ("button", contrast(white, light.0)),
                ("button under the pointer", contrast(white, light.1)),
                ("words on tint", contrast(light.1, light.2)),
                ("ink on tint", contrast(hex("#171a2c"), light.2)),
                ("dark link on canvas", contrast(dark.0, dark_canvas)),
                ("dark link on surface", contrast(dark.0, hex("#1b1e2a"))),
                ("dark button", contrast(dark_canvas, dark.0)),
                ("dark button under the pointer", contrast(dark_canvas, dark.1)),
                ("dark words on tint", contrast(color(0.88, 0.4), dark.2)),
                ("dark ink on tint", contrast(hex("#eceef7"), dark.2)),
            ] {
                if ratio < worst.0 {
                    worst = (ratio, format!("{name}, hue {hue}, chroma {chroma}"));
                }
            }
        }
    }
    assert!(worst.0 >= 4.5, "{worst:?}");
}
