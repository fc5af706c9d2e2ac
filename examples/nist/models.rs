//! The models of all 27 problems, one row each, as the files print them.

use dualtape::Float;
use std::f64::consts::{PI, TAU};

/// Makes the enum of models, the look-up by name and the evaluation from one table.
macro_rules! models {
    ($( $name:ident : |[$($b:ident),*], [$($x:ident),*]| $y:expr ; )*) => {
        /// A model by the name of its data set.
        #[derive(Clone, Copy, Debug, PartialEq)]
        #[expect(clippy::upper_case_acronyms, reason = "names of the files")]
        pub enum Model { $( $name ),* }

        impl Model {
            /// The model of the data set called `name`, if it is in the table.
            pub fn named(name: &str) -> Option<Self> {
                match name {
                    $( stringify!($name) => Some(Self::$name), )*
                    _ => None,
                }
            }

            /// Number of parameters and of predictors.
            pub fn shape(self) -> (usize, usize) {
                match self {
                    $( Self::$name => ([$( stringify!($b) ),*].len(), [$( stringify!($x) ),*].len()), )*
                }
            }

            /// f(x; b), differentiable in the parameters `b`; `b` and `x` have the lengths of [`Model::shape`].
            pub fn predict<T: Float>(self, b: &[T], x: &[f64]) -> T {
                match self {
                    $( Self::$name => {
                        let (&[$( $b ),*], &[$( $x ),*]) = (b, x) else { panic!("{self:?}: wrong shape") };
                        $( let $x = T::lit($x); )*
                        $y
                    } )*
                }
            }
        }
    };
}

models! {
    // name     parameters                           predictors  y =
    Bennett5 : |[b1, b2, b3],                         [x]|       b1 * (b2 + x).powf(-b3.recip()) ;
    BoxBOD   : |[b1, b2],                             [x]|       b1 * (T::one() - (-b2 * x).exp()) ;
    Chwirut1 : |[b1, b2, b3],                         [x]|       (-b1 * x).exp() / (b2 + b3 * x) ;
    Chwirut2 : |[b1, b2, b3],                         [x]|       (-b1 * x).exp() / (b2 + b3 * x) ;
    DanWood  : |[b1, b2],                             [x]|       b1 * x.powf(b2) ;
    ENSO     : |[b1, b2, b3, b4, b5, b6, b7, b8, b9], [x]|
        b1 + wave(b2, b3, T::lit(12.0), x) + wave(b5, b6, b4, x) + wave(b8, b9, b7, x) ;
    Eckerle4 : |[b1, b2, b3],                         [x]|       b1 / b2 * (T::lit(-0.5) * ((x - b3) / b2).powi(2)).exp() ;
    Gauss1   : |[b1, b2, b3, b4, b5, b6, b7, b8],     [x]|       b1 * (-b2 * x).exp() + peak(b3, b4, b5, x) + peak(b6, b7, b8, x) ;
    Gauss2   : |[b1, b2, b3, b4, b5, b6, b7, b8],     [x]|       b1 * (-b2 * x).exp() + peak(b3, b4, b5, x) + peak(b6, b7, b8, x) ;
    Gauss3   : |[b1, b2, b3, b4, b5, b6, b7, b8],     [x]|       b1 * (-b2 * x).exp() + peak(b3, b4, b5, x) + peak(b6, b7, b8, x) ;
    Hahn1    : |[b1, b2, b3, b4, b5, b6, b7],         [x]|       polynomial([b1, b2, b3, b4], x) / polynomial([T::one(), b5, b6, b7], x) ;
    Kirby2   : |[b1, b2, b3, b4, b5],                 [x]|       polynomial([b1, b2, b3], x) / polynomial([T::one(), b4, b5], x) ;
    Lanczos1 : |[b1, b2, b3, b4, b5, b6],             [x]|       b1 * (-b2 * x).exp() + b3 * (-b4 * x).exp() + b5 * (-b6 * x).exp() ;
    Lanczos2 : |[b1, b2, b3, b4, b5, b6],             [x]|       b1 * (-b2 * x).exp() + b3 * (-b4 * x).exp() + b5 * (-b6 * x).exp() ;
    Lanczos3 : |[b1, b2, b3, b4, b5, b6],             [x]|       b1 * (-b2 * x).exp() + b3 * (-b4 * x).exp() + b5 * (-b6 * x).exp() ;
    MGH09    : |[b1, b2, b3, b4],                     [x]|       b1 * (x * x + x * b2) / (x * x + x * b3 + b4) ;
    MGH10    : |[b1, b2, b3],                         [x]|       b1 * (b2 / (x + b3)).exp() ;
    MGH17    : |[b1, b2, b3, b4, b5],                 [x]|       b1 + b2 * (-x * b4).exp() + b3 * (-x * b5).exp() ;
    Misra1a  : |[b1, b2],                             [x]|       b1 * (T::one() - (-b2 * x).exp()) ;
    Misra1b  : |[b1, b2],                             [x]|       b1 * (T::one() - (T::one() + b2 * x * T::lit(0.5)).powi(-2)) ;
    Misra1c  : |[b1, b2],                             [x]|       b1 * (T::one() - (T::one() + T::lit(2.0) * b2 * x).sqrt().recip()) ;
    Misra1d  : |[b1, b2],                             [x]|       b1 * b2 * x / (T::one() + b2 * x) ;
    Nelson   : |[b1, b2, b3],                         [x1, x2]|  b1 - b2 * x1 * (-b3 * x2).exp() ; // of log y, see `response`
    Rat42    : |[b1, b2, b3],                         [x]|       b1 / (T::one() + (b2 - b3 * x).exp()) ;
    Rat43    : |[b1, b2, b3, b4],                     [x]|       b1 / (T::one() + (b2 - b3 * x).exp()).powf(b4.recip()) ;
    Roszman1 : |[b1, b2, b3, b4],                     [x]|       b1 - b2 * x - (b3 / (x - b4)).atan() * T::lit(1.0 / PI) ;
    Thurber  : |[b1, b2, b3, b4, b5, b6, b7],         [x]|       polynomial([b1, b2, b3, b4], x) / polynomial([T::one(), b5, b6, b7], x) ;
}

impl Model {
    /// What the model predicts: the logarithm of the response for Nelson, else the response.
    pub fn response(self, y: f64) -> f64 {
        if self == Self::Nelson { y.ln() } else { y }
    }
}

/// a cos(2πx/period) + b sin(2πx/period).
fn wave<T: Float>(a: T, b: T, period: T, x: T) -> T {
    let (sin, cos) = (T::lit(TAU) * x / period).sin_cos();
    a * cos + b * sin
}

/// height · exp(-((x - centre)/width)²).
fn peak<T: Float>(height: T, centre: T, width: T, x: T) -> T {
    height * (-((x - centre) / width).powi(2)).exp()
}

/// Σ cᵢ xⁱ by Horner's rule.
fn polynomial<T: Float, const N: usize>(c: [T; N], x: T) -> T {
    c.into_iter().rev().reduce(|sum, c| sum * x + c).unwrap_or(T::lit(0.0))
}
