//! How a row is written, and what is made of it: the one dialect of all rules.
//!
//! ```text
//! /// What it computes; its derivative, and both at the edges.
//! Name(parameter: Type) = method(arguments) { [value] |..| derivative, .. } for [Traits], at [point => derivative];
//! ```
//!
//! - The parameters are left out where there are none. A rule with parameters is a family: `Powi(n: i32)`. In brackets instead of
//!   parentheses they become fields with names: `GammaTail[by_x: u32, by_a: u32]`.
//! - The value is an expression of the arguments on a primitive number. With `f64` in front, `f64 [libm::erf(x)]`, the arguments are
//!   `f64`, and the result is rounded to the type at hand.
//! - Of one argument, `(x)`, the derivative is `|x, y| ..` with `y = f(x)`. After it may come, in this order: `fused |x| (value,
//!   derivative)` where the two share work; `twin first SIN_COS` where two functions share work, with the pair and whether it is its
//!   `first` or `second` function; `takes 2.0` where a call takes another number of nanoseconds than most ([`Unary::COST`]);
//!   `through |t, slope, x, y| ..` where a tangent `t` passes on a way of its own ([`Unary::through`]); and
//!   `series |u, y, slope| ..` where the coefficients of a power series follow from those of its argument by a recurrence of
//!   [`series`](super::series). Without a recurrence they follow from the derivative.
//!   Behind that may stand `formula |x| ..`, the value as a formula of other functions, for code in other languages ([`Unary::formula`]).
//! - A function that rounds has no derivative to give: `{ step [x.floor()] }`. Its result is a constant. It may have a formula.
//! - Of two arguments, `(x, y)`, there are two derivatives, `|x, y, z| .., |x, y, z| ..`, and `through` takes two closures as well;
//!   `series` is `|x, y, z| ..`, and `formula` is `|x, y| ..`.
//! - Of any number of arguments, `(x..)`, an iterator, the derivative is an iterator `|x, y| ..`, and `through` a closure
//!   `|t, partial, place, x, y| ..` for the argument at a place. It may be a `step` as well.
//!
//! After the body come clauses, separated by commas:
//!
//! - `for [Float FloatCore ComplexField]` names the traits of `num_traits` and nalgebra that have the method, too.
//! - `at [4.0 => 0.25]` is an example: at 4 the derivative is 0.25. Of two arguments it is `at [3.0, 4.0 => 0.6, 0.8]`, of a family
//!   `at [2.0; 3 => 12.0]` with the parameter behind a semicolon, of a function that rounds its value. Of a special function, whose
//!   value is news too, the value comes first: `at [0.0 => 0.5; 0.25]`. The documentation shows examples, which are run as tests.
//!   There may be several, and a row with a method must have one.
//! - `about [1.0 => 1.0; -0.5772156649015329]` is an example that holds to a relative error of 1e-15, where `at` is exact.
//! - `source ["DLMF 5.2"]` says where the formulas stand; the documentation ends with it.
//! - `members [(2), (3)]` names members of a family, by their parameters: those that are shown to visitors, and so are tested. A family in
//!   a table must have some.
//! - `sample [3.0, -4.0]` gives arguments of a function of any number of them, behind a semicolon the parameter of a family. They are
//!   shown to visitors along with the rule. Such a row in a table must have one.
//!
//! Rows stand in groups, and a group has the name of its table in front: `define_rules! { [Radii] .. }`. The [table](super::row) has the
//! rows of the group for whoever looks for a rule by its name; it is listed in `src/replay/rules.rs`.
//!
//! A row in [`elementary!`](super::elementary) becomes a method of every number, and one in a table of [`crate::special`] a method of
//! [`Special`](crate::Special). A row in `define_rules!` alone is a rule without a method.
//!
//! [`Unary::formula`]: crate::rules::Unary::formula
//! [`Unary::through`]: crate::rules::Unary::through

/// Makes the rules of the given rows, and the [table](super::row) of them with the name in brackets in front.
macro_rules! define_rules {
    ([$Table:ident] $($(#[$meta:meta])* $vis:vis $Rule:ident $(($($p:ident: $P:ty),+))? $([$($(#[$doc:meta])* $f:ident: $F:ty),+])?
        = $name:ident $args:tt $body:tt $($clause:ident $list:tt),*;)*) => {
        $(
            $crate::rules::dialect::define_rules!(@type [$(#[$meta])* $vis] $Rule [$($($p: $P),+)?] [$($($(#[$doc])* $f: $F),+)?]);
            $crate::rules::dialect::define_rules!(@rule $Rule [[$($($p),+)?] [$($($f),+)?]] $name $args $body);
            $crate::rules::dialect::define_rules!(@parametric $Rule [$($($p),+)?] [$($($f),+)?]);
        )*
        pub(crate) enum $Table {}
        impl<B: $crate::Primitive> $crate::rules::row::Table<B> for $Table {
            const ROWS: &'static [$crate::rules::row::Row<B>] =
                &[$($crate::rules::dialect::define_rules!(@row $Rule $args)),*];
        }
    };

    (@row $Rule:ident ($x:ident)) => { $crate::rules::row::Row::unary::<$Rule>() };
    (@row $Rule:ident ($x:ident, $y:ident)) => { $crate::rules::row::Row::binary::<$Rule>() };
    (@row $Rule:ident ($x:ident ..)) => { $crate::rules::row::Row::reduction::<$Rule>() };

    (@parametric $Rule:ident [] []) => {
        impl $crate::rules::row::Parametric for $Rule {
            const COUNT: usize = 0;
            #[cfg(feature = "graph")]
            fn parameters(self) -> $crate::rules::row::Parameters {
                $crate::rules::row::Parameters::default()
            }
            fn of(_: &$crate::rules::row::Parameters) -> Option<$Rule> {
                Some($Rule)
            }
        }
    };
    (@parametric $Rule:ident [$($p:ident),+] []) => {
        $crate::rules::dialect::define_rules!(@parametric $Rule ($($p),+) = $Rule($($p),+));
    };
    (@parametric $Rule:ident [] [$($f:ident),+]) => {
        $crate::rules::dialect::define_rules!(@parametric $Rule ($($f),+) = $Rule { $($f),+ });
    };
    (@parametric $Rule:ident ($($p:ident),+) = $($rule:tt)+) => {
        impl $crate::rules::row::Parametric for $Rule {
            const COUNT: usize = [$(stringify!($p)),+].len();
            #[cfg(feature = "graph")]
            fn parameters(self) -> $crate::rules::row::Parameters {
                let $($rule)+ = self;
                let mut words = [$($crate::rules::row::Parameter::word($p)),+].into_iter();
                core::array::from_fn(|_| words.next().unwrap_or(0))
            }
            fn of(parameters: &$crate::rules::row::Parameters) -> Option<$Rule> {
                let mut words = parameters.iter();
                $(let $p = $crate::rules::row::Parameter::of_word(*words.next()?)?;)+
                Some($($rule)+)
            }
        }
    };

    (@type [$($head:tt)*] $Rule:ident [] []) => {
        #[derive(Clone, Copy, Debug, PartialEq)]
        $($head)* struct $Rule;
    };
    (@type [$($head:tt)*] $Rule:ident [$($p:ident: $P:ty),+] []) => {
        #[derive(Clone, Copy, Debug, PartialEq)]
        $($head)* struct $Rule($(pub $P),+);
    };
    (@type [$($head:tt)*] $Rule:ident [] [$($(#[$doc:meta])* $f:ident: $F:ty),+]) => {
        #[derive(Clone, Copy, Debug, PartialEq)]
        $($head)* struct $Rule { $($(#[$doc])* pub $f: $F),+ }
    };

    // Piecewise constant.
    (@rule $Rule:ident $params:tt $name:ident ($x:ident) { step [$value:expr] $(, formula |$gx:pat_param| $formula:expr)? }) => {
        impl $crate::rules::Unary for $Rule {
            const NAME: &'static str = stringify!($name);
            const PIECEWISE_CONSTANT: bool = true;
            const COST: f64 = 2.0;
            #[inline]
            fn value<B: $crate::Primitive>(self, $x: B) -> B {
                $value
            }
            #[inline]
            fn partial<T: $crate::Float>(self, _: T, _: T) -> T {
                T::zero()
            }
            $(#[inline]
            fn formula<T: $crate::Float>(self, $gx: T) -> Option<T> {
                Some($formula)
            })?
        }
    };

    // Of one argument.
    (@rule $Rule:ident $params:tt $name:ident ($x:ident) { $($wide:ident)? [$value:expr]
        |$ax:pat_param, $ay:pat_param| $partial:expr
        $(, fused |$fx:ident| $fused:expr)?
        $(, twin $which:ident $Pair:path)?
        $(, takes $cost:literal)?
        $(, through |$t:pat_param, $slope:pat_param, $tx:pat_param, $ty:pat_param| $through:expr)?
        $(, series |$su:pat_param, $sy:pat_param, $sp:pat_param| $series:expr)?
        $(, formula |$gx:pat_param| $formula:expr)? }) => {
        impl $crate::rules::Unary for $Rule {
            const NAME: &'static str = stringify!($name);
            #[inline]
            fn value<B: $crate::Primitive>(self, $x: B) -> B {
                $crate::rules::dialect::define_rules!(@parameters self $Rule $params);
                $crate::rules::dialect::define_rules!(@value B [$($wide)?] [$x] $value)
            }
            #[inline]
            fn partial<T: $crate::Float>(self, $ax: T, $ay: T) -> T {
                $crate::rules::dialect::define_rules!(@parameters self $Rule $params);
                $partial
            }
            $(#[inline]
            fn eval<T: $crate::Float>(self, $fx: T) -> (T, T) {
                $fused
            })?
            $(const TWIN: Option<$crate::float::Twin> = Some($Pair.$which());)?
            $(const COST: f64 = $cost;)?
            $(const PASSES: bool = true;
            #[inline]
            fn through<T: $crate::Float>(self, $t: T, $slope: T, $tx: T, $ty: T) -> T {
                $crate::rules::dialect::define_rules!(@parameters self $Rule $params);
                $through
            })?
            $(#[inline]
            fn series<T: $crate::Float, const N: usize>(self, $su: &[T; N], $sy: &mut [T; N], $sp: T) -> bool {
                $crate::rules::dialect::define_rules!(@parameters self $Rule $params);
                $series;
                true
            })?
            $(#[inline]
            fn formula<T: $crate::Float>(self, $gx: T) -> Option<T> {
                $crate::rules::dialect::define_rules!(@parameters self $Rule $params);
                Some($formula)
            })?
        }
    };

    // Of two arguments.
    (@rule $Rule:ident $params:tt $name:ident ($x:ident, $y:ident) { $($wide:ident)? [$value:expr]
        |$ax:pat_param, $ay:pat_param, $az:pat_param| $by_x:expr,
        |$bx:pat_param, $by:pat_param, $bz:pat_param| $by_y:expr
        $(, takes $cost:literal)?
        $(, through |$t:pat_param, $ts:pat_param, $tx:pat_param, $ty:pat_param, $tz:pat_param| $through_x:expr,
        |$u:pat_param, $us:pat_param, $ux:pat_param, $uy:pat_param, $uz:pat_param| $through_y:expr)?
        $(, series |$sx:pat_param, $sy:pat_param, $sz:pat_param| $series:expr)?
        $(, formula |$gx:pat_param, $gy:pat_param| $formula:expr)? }) => {
        impl $crate::rules::Binary for $Rule {
            const NAME: &'static str = stringify!($name);
            #[inline]
            fn value<B: $crate::Primitive>(self, $x: B, $y: B) -> B {
                $crate::rules::dialect::define_rules!(@parameters self $Rule $params);
                $crate::rules::dialect::define_rules!(@value B [$($wide)?] [$x $y] $value)
            }
            #[inline]
            fn partial_x<T: $crate::Float>(self, $ax: T, $ay: T, $az: T) -> T {
                $crate::rules::dialect::define_rules!(@parameters self $Rule $params);
                $by_x
            }
            #[inline]
            fn partial_y<T: $crate::Float>(self, $bx: T, $by: T, $bz: T) -> T {
                $crate::rules::dialect::define_rules!(@parameters self $Rule $params);
                $by_y
            }
            $(const COST: f64 = $cost;)?
            $(const PASSES: bool = true;
            #[inline]
            fn through_x<T: $crate::Float>(self, $t: T, $ts: T, $tx: T, $ty: T, $tz: T) -> T {
                $crate::rules::dialect::define_rules!(@parameters self $Rule $params);
                $through_x
            }
            #[inline]
            fn through_y<T: $crate::Float>(self, $u: T, $us: T, $ux: T, $uy: T, $uz: T) -> T {
                $crate::rules::dialect::define_rules!(@parameters self $Rule $params);
                $through_y
            })?
            $(#[inline]
            fn series<T: $crate::Float, const N: usize>(self, $sx: &[T; N], $sy: &[T; N], $sz: &mut [T; N]) -> bool {
                $crate::rules::dialect::define_rules!(@parameters self $Rule $params);
                $series;
                true
            })?
            $(#[inline]
            fn formula<T: $crate::Float>(self, $gx: T, $gy: T) -> Option<T> {
                $crate::rules::dialect::define_rules!(@parameters self $Rule $params);
                Some($formula)
            })?
        }
    };

    // Of any number of arguments, piecewise constant.
    (@rule $Rule:ident $params:tt $name:ident ($x:ident ..) { step [$value:expr] }) => {
        impl $crate::rules::Reduction for $Rule {
            const NAME: &'static str = stringify!($name);
            const PIECEWISE_CONSTANT: bool = true;
            fn value<B: $crate::Primitive>(self, $x: impl Iterator<Item = B> + Clone) -> B {
                $crate::rules::dialect::define_rules!(@parameters self $Rule $params);
                $value
            }
            fn partials<T: $crate::Float>(self, x: impl Iterator<Item = T> + Clone, _: T) -> impl Iterator<Item = T> {
                x.map(|_| T::zero())
            }
        }
    };

    // Of any number of arguments.
    (@rule $Rule:ident $params:tt $name:ident ($x:ident ..) { [$value:expr] |$ax:pat_param, $ay:pat_param| $partials:expr
        $(, through |$t:pat_param, $slope:pat_param, $place:pat_param, $tx:pat_param, $ty:pat_param| $through:expr)?
        $(, formula |$gx:pat_param| $formula:expr)? }) => {
        impl $crate::rules::Reduction for $Rule {
            const NAME: &'static str = stringify!($name);
            fn value<B: $crate::Primitive>(self, $x: impl Iterator<Item = B> + Clone) -> B {
                $crate::rules::dialect::define_rules!(@parameters self $Rule $params);
                $value
            }
            fn partials<T: $crate::Float>(self, $ax: impl Iterator<Item = T> + Clone, $ay: T) -> impl Iterator<Item = T> {
                $crate::rules::dialect::define_rules!(@parameters self $Rule $params);
                $partials
            }
            $(const PASSES: bool = true;
            fn through<T: $crate::Float>(self, $t: T, $slope: T, $place: usize, $tx: impl Iterator<Item = T> + Clone, $ty: T) -> T {
                $crate::rules::dialect::define_rules!(@parameters self $Rule $params);
                $through
            })?
            $(fn formula<T: $crate::Float>(self, $gx: impl Iterator<Item = T> + Clone) -> Option<T> {
                $crate::rules::dialect::define_rules!(@parameters self $Rule $params);
                Some($formula)
            })?
        }
    };

    (@parameters $self:ident $Rule:ident [[] []]) => {};
    (@parameters $self:ident $Rule:ident [[$($p:ident),+] []]) => {
        #[allow(unused_variables)] // not every column looks at every parameter
        let $Rule($($p),+) = $self;
    };
    (@parameters $self:ident $Rule:ident [[] [$($f:ident),+]]) => {
        #[allow(unused_variables)] // not every column looks at every parameter
        let $Rule { $($f),+ } = $self;
    };
    (@value $B:ident [] [$($x:ident)*] $value:expr) => { $value };
    (@value $B:ident [f64] [$($x:ident)*] $value:expr) => {{
        $(let $x = $x.widen();)*
        $B::nearest($value)
    }};
}
pub(crate) use define_rules;

/// A method that applies the rule of a row. What stands before `fn` comes first: attributes, visibility.
///
/// The second argument is `impl Into<Self>`, so that `x.hypot(4.0)` reads as for `f64`.
macro_rules! method {
    ([$($head:tt)*] $name:ident [] ($x:ident) $Rule:path) => {
        $($head)* fn $name(self) -> Self {
            self.unary($Rule)
        }
    };
    ([$($head:tt)*] $name:ident [$($p:ident: $P:ty),+] ($x:ident) $Rule:path) => {
        $($head)* fn $name(self, $($p: $P),+) -> Self {
            self.unary($Rule($($p),+))
        }
    };
    ([$($head:tt)*] $name:ident [] ($x:ident, $y:ident) $Rule:path) => {
        $($head)* fn $name(self, $y: impl Into<Self>) -> Self {
            self.binary($Rule, $y.into())
        }
    };
}
pub(crate) use method;

/// The method of a row in a trait that has a method of the same name and arguments: forwards to the inherent one if the row names the
/// trait.
macro_rules! forward {
    ($Trait:ident [] $($method:tt)*) => {};
    ($Trait:ident [for $traits:tt $($clauses:tt)*] $($method:tt)*) => {
        $crate::rules::dialect::forward!(@among $Trait $traits $($method)*);
    };
    ($Trait:ident [$clause:ident $list:tt $($clauses:tt)*] $($method:tt)*) => {
        $crate::rules::dialect::forward!($Trait [$($clauses)*] $($method)*);
    };
    (@among $Trait:ident [] $($method:tt)*) => {};
    (@among Float [Float $($rest:ident)*] $($method:tt)*) => { $crate::rules::dialect::forward!(@method $($method)*); };
    (@among FloatCore [FloatCore $($rest:ident)*] $($method:tt)*) => { $crate::rules::dialect::forward!(@method $($method)*); };
    (@among ComplexField [ComplexField $($rest:ident)*] $($method:tt)*) => { $crate::rules::dialect::forward!(@method $($method)*); };
    (@among RealField [RealField $($rest:ident)*] $($method:tt)*) => { $crate::rules::dialect::forward!(@method $($method)*); };
    (@among $Trait:ident [$other:ident $($rest:ident)*] $($method:tt)*) => {
        $crate::rules::dialect::forward!(@among $Trait [$($rest)*] $($method)*);
    };
    (@method $name:ident [$($p:ident: $P:ty),*] ($x:ident $(, $y:ident)?)) => {
        #[inline]
        #[track_caller] // a number that records tells where
        fn $name(self $(, $p: $P)* $(, $y: Self)?) -> Self {
            self.$name($($p),* $($y)?)
        }
    };
}
pub(crate) use forward;

/// The forwarding methods of one trait, for all rows of a table that name it.
macro_rules! forward_all {
    ([$Trait:ident] $($(#[$meta:meta])* $vis:vis $Rule:ident $(($($p:ident: $P:ty),+))? = $name:ident $args:tt $body:tt
        $($clause:ident $list:tt),*;)*) => {$(
        $crate::rules::dialect::forward!($Trait [$($clause $list)*] $name [$($($p: $P),+)?] $args);
    )*};
}
pub(crate) use forward_all;

/// The documentation that the clauses of a row make: examples on `Dual`, on `Reverse` or on any number of
/// [`Special`](crate::Special), and the source.
macro_rules! examples {
    // The coefficients of a power series are documented with the number.
    (Taylor $($rest:tt)*) => {
        ""
    };
    ($on:ident $name:ident $args:tt $body:tt []) => {
        compile_error!(concat!("the row of `", stringify!($name), "` has no example: add one, as in `at [4.0 => 0.25]`"))
    };
    ($on:ident $name:ident $args:tt $body:tt [$($clause:ident $list:tt)+]) => {
        concat!(
            "\n# Examples\n```\n",
            $crate::rules::dialect::examples!(@use $on),
            $($crate::rules::dialect::examples!(@$clause $on $name $args $body $list),)+
            "```\n",
            $($crate::rules::dialect::examples!(@end $clause $list),)+
        )
    };

    (@use Special) => { "use dualtape::{Special, forward::value_and_gradient_of_array, value_and_derivative};\n" };
    (@use $on:ident) => { "" };
    (@end source [$source:literal]) => { concat!("\nSource: ", $source, ".") };
    (@end $clause:ident $list:tt) => { "" };
    (@for $($rest:tt)*) => { "" };
    (@members $($rest:tt)*) => { "" };
    (@source $($rest:tt)*) => { "" };

    // The value of a function that rounds, or the derivatives of another one.
    (@at Dual $name:ident ($x:ident) { step $value:tt $($more:tt)* } [$at:expr => $is:expr]) => {
        concat!(
            "assert_eq!(dualtape::value_and_derivative(|x| x.", stringify!($name), "(), ", stringify!($at), "), (", stringify!($is),
            ", 0.0));\n"
        )
    };
    (@at Reverse $name:ident ($x:ident) { step $value:tt $($more:tt)* } [$at:expr => $is:expr]) => {
        concat!(
            "assert_eq!(dualtape::value_and_gradient(|x| x[0].", stringify!($name), "(), &[", stringify!($at), "]), (", stringify!($is),
            ", vec![0.0]));\n"
        )
    };
    (@at Dual $name:ident ($x:ident) $body:tt [$at:expr $(; $p:expr)? => $is:expr]) => {
        concat!(
            "assert_eq!(dualtape::derivative(|x| x.", stringify!($name), "(", $(stringify!($p),)? "), ", stringify!($at), "), ",
            stringify!($is), ");\n"
        )
    };
    (@at Reverse $name:ident ($x:ident) $body:tt [$at:expr $(; $p:expr)? => $is:expr]) => {
        concat!(
            "assert_eq!(dualtape::gradient(|x| x[0].", stringify!($name), "(", $(stringify!($p),)? "), &[", stringify!($at), "]), [",
            stringify!($is), "]);\n"
        )
    };
    (@at Dual $name:ident ($x:ident, $y:ident) $body:tt [$at_x:expr, $at_y:expr => $by_x:expr, $by_y:expr]) => {
        concat!(
            "let gradient = dualtape::forward::gradient_of_array(|[x, y]| x.", stringify!($name), "(y), [", stringify!($at_x), ", ",
            stringify!($at_y), "]);\nassert_eq!(gradient, [", stringify!($by_x), ", ", stringify!($by_y), "]);\n"
        )
    };
    (@at Reverse $name:ident ($x:ident, $y:ident) $body:tt [$at_x:expr, $at_y:expr => $by_x:expr, $by_y:expr]) => {
        concat!(
            "assert_eq!(dualtape::gradient(|x| x[0].", stringify!($name), "(x[1]), &[", stringify!($at_x), ", ", stringify!($at_y), "]), [",
            stringify!($by_x), ", ", stringify!($by_y), "]);\n"
        )
    };

    // Value and derivatives.
    (@at Special $name:ident ($x:ident) $body:tt [$at:expr $(; $p:expr)? => $is:expr; $slope:expr]) => {
        concat!(
            "assert_eq!(value_and_derivative(|x| x.", stringify!($name), "(", $(stringify!($p),)? "), ", stringify!($at), "), (",
            stringify!($is), ", ", stringify!($slope), "));\n"
        )
    };
    (@at Special $name:ident ($x:ident, $y:ident) $body:tt [$at_x:expr, $at_y:expr => $is:expr; $by_x:expr, $by_y:expr]) => {
        concat!(
            "let (z, gradient) = value_and_gradient_of_array(|[x, y]| x.", stringify!($name), "(y), [", stringify!($at_x), ", ",
            stringify!($at_y), "]);\nassert_eq!((z, gradient), (", stringify!($is), ", [", stringify!($by_x), ", ",
            stringify!($by_y), "]));\n"
        )
    };
    (@about Special $name:ident ($x:ident) $body:tt [$at:expr $(; $p:expr)? => $is:expr; $slope:expr]) => {
        concat!(
            "let about = |found: f64, expected: f64| (found - expected).abs() <= 1e-15 * expected.abs();\n",
            "let (y, slope) = value_and_derivative(|x| x.", stringify!($name), "(", $(stringify!($p),)? "), ", stringify!($at), ");\n",
            "assert!(about(y, ", stringify!($is), ") && about(slope, ", stringify!($slope), "));\n"
        )
    };
    (@about Special $name:ident ($x:ident, $y:ident) $body:tt [$at_x:expr, $at_y:expr => $is:expr; $by_x:expr, $by_y:expr]) => {
        concat!(
            "let about = |found: f64, expected: f64| (found - expected).abs() <= 1e-15 * expected.abs();\n",
            "let (z, [by_x, by_y]) = value_and_gradient_of_array(|[x, y]| x.", stringify!($name), "(y), [", stringify!($at_x), ", ",
            stringify!($at_y), "]);\nassert!(about(z, ", stringify!($is), ") && about(by_x, ", stringify!($by_x), ") && about(by_y, ",
            stringify!($by_y), "));\n"
        )
    };
}
pub(crate) use examples;

/// Shows the rules of a table to a visitor, of a family its members.
macro_rules! visit_rows {
    ([$visitor:ident] $($(#[$meta:meta])* $vis:vis $Rule:ident $(($($p:ident: $P:ty),+))? $([$($(#[$doc:meta])* $f:ident: $F:ty),+])?
        = $name:ident $args:tt $body:tt $($clause:ident $list:tt),*;)*) => {$(
        $crate::rules::dialect::visit_rows!(@row $visitor $Rule [$($($p)+)?] [$($($f)+)?] $args [$($clause $list)*]);
    )*};
    (@row $visitor:ident $Rule:ident [] [] ($x:ident) $clauses:tt) => { $visitor.unary($Rule); };
    (@row $visitor:ident $Rule:ident [] [] ($x:ident, $y:ident) $clauses:tt) => { $visitor.binary($Rule); };
    (@row $visitor:ident $Rule:ident [$($p:ident)+] [] ($x:ident) [members [$($member:tt),+] $($clauses:tt)*]) => {
        $($visitor.unary($Rule $member);)+
    };
    (@row $visitor:ident $Rule:ident [$($p:ident)+] [] ($x:ident, $y:ident) [members [$($member:tt),+] $($clauses:tt)*]) => {
        $($visitor.binary($Rule $member);)+
    };
    (@row $visitor:ident $Rule:ident [] [] ($x:ident ..) [sample [$($at:expr),+] $($clauses:tt)*]) => {
        $visitor.reduction($Rule, &[$($at),+]);
    };
    (@row $visitor:ident $Rule:ident [] [$f:ident] ($x:ident ..) [sample [$($at:expr),+; $p:expr] $($clauses:tt)*]) => {
        $visitor.reduction($Rule { $f: $p }, &[$($at),+]);
    };
    (@row $visitor:ident $Rule:ident $params:tt $fields:tt $args:tt [$clause:ident $list:tt $($clauses:tt)*]) => {
        $crate::rules::dialect::visit_rows!(@row $visitor $Rule $params $fields $args [$($clauses)*]);
    };
    (@row $visitor:ident $Rule:ident $params:tt $fields:tt ($x:ident ..) []) => {
        compile_error!(concat!("no test looks at `", stringify!($Rule), "`: add arguments for it, as in `sample [3.0, -4.0]`"));
    };
    (@row $visitor:ident $Rule:ident $params:tt $fields:tt $args:tt []) => {
        compile_error!(concat!("the family `", stringify!($Rule), "` names no members, so no test looks at it: add `members [(1)]`"));
    };
}
pub(crate) use visit_rows;
