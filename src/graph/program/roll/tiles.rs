//! Running a kernel: tile by tile, each operation for all lanes of a tile.
//!
//! ```text
//!   instances  0 ........ 31 | 32 ....... 63 | 64 .. 70
//!   tile           first     |    second     |  last, with 7 lanes of the last step of 8
//! ```
//!
//! A lane is an instance. Registers stand behind the program's numbers in one memory, so a column that is evenly spaced by one is read where
//! it is. Every operation goes over its lanes in steps of eight, which the compiler makes vector instructions of; lanes of the last step that
//! have no instance compute something that nobody reads. What several instances add to one number is summed for each lane, and in the
//! end over lanes; all other sums are in the order of the instances. So the order of every sum is that of the kernel and the launch, on every
//! machine.

use super::super::code::{ADD, CHOOSE, DIV, MUL, MUL_ADD, MUL_SUB, NEG, SUB, SUB_MUL, operations};
use super::columns::Column;
use super::kernels::{CALL, CALL_PAIR, CHECK, Kernel, STEP};
use std::cell::Cell;

/// A kernel for a number of instances.
#[derive(Debug)]
pub(super) struct Launch {
    pub kernel: usize,
    pub count: usize,
    /// One for each input of the kernel.
    pub columns: Vec<Column>,
    /// One for each result.
    pub outputs: Vec<Output>,
}

/// What becomes of a result.
#[derive(Debug)]
pub(super) enum Output {
    /// It goes to this place and those behind it.
    Store(u32),
    /// It is added there.
    Add(Column),
}

/// The numbers of a program, and behind them registers.
pub(super) struct Space<'a> {
    pub cells: &'a [Cell<f64>],
    /// Where the registers begin.
    pub registers: usize,
    /// Where each register of the kernel is.
    pub places: &'a mut Vec<usize>,
    pub arguments: &'a mut Vec<f64>,
    pub values: &'a mut Vec<f64>,
}

type Lanes = [Cell<f64>; STEP];

#[inline(always)]
fn get(lanes: &Lanes) -> [f64; STEP] {
    std::array::from_fn(|lane| lanes[lane].get())
}

#[inline(always)]
fn set(lanes: &Lanes, values: [f64; STEP]) {
    for lane in 0..STEP {
        lanes[lane].set(values[lane]);
    }
}

impl Launch {
    /// Bytes of its columns.
    pub fn bytes(&self) -> usize {
        let added = self.outputs.iter().filter_map(|x| if let Output::Add(column) = x { Some(column) } else { None });
        let tables: usize = self.columns.iter().chain(added).map(Column::bytes).sum();
        tables + size_of_val(&*self.columns) + size_of_val(&*self.outputs)
    }

    /// Runs all instances. Returns whether all conditions hold.
    #[inline(always)]
    pub fn run(&self, kernel: &Kernel, space: &mut Space<'_>) -> bool {
        let Space { cells, registers, places, arguments, values } = space;
        let (cells, base) = (*cells, *registers);
        let lanes = kernel.lanes;
        // As many lanes as are looked at.
        let width = lanes.min(self.count.next_multiple_of(STEP));
        places.clear();
        places.extend((0..kernel.registers).map(|register| base + register * lanes));
        let sums = base + kernel.registers * lanes;
        let fill = |place: usize, x: f64| cells[place..][..width].iter().for_each(|cell| cell.set(x));
        for (register, column) in self.columns.iter().enumerate() {
            if let Column::Uniform(at) = column {
                fill(places[register], cells[*at as usize].get());
            }
        }
        for (k, &literal) in kernel.literals.iter().enumerate() {
            fill(places[self.columns.len() + k], literal);
        }
        for (k, output) in self.outputs.iter().enumerate() {
            if let Output::Add(Column::Uniform(_)) = output {
                fill(sums + k * lanes, 0.0);
            }
        }
        let mut is_plain = true;
        let mut first = 0;
        while first < self.count {
            let count = lanes.min(self.count - first);
            let steps = count.div_ceil(STEP);
            for (register, column) in self.columns.iter().enumerate() {
                match column {
                    Column::Uniform(_) => {}
                    Column::Even(at, 1) => places[register] = *at as usize + first,
                    Column::Even(at, distance) => {
                        let mut place = i64::from(*at) + i64::from(*distance) * first as i64;
                        for lane in &cells[places[register]..][..count] {
                            lane.set(cells[place as usize].get());
                            place += i64::from(*distance);
                        }
                    }
                    Column::Table(table) => {
                        for (lane, &at) in cells[places[register]..][..count].iter().zip(&table[first..]) {
                            lane.set(cells[at as usize].get());
                        }
                    }
                }
            }
            for instruction in &kernel.code {
                let (to, from) = (instruction.to, instruction.from);
                let of = |register: u16| &cells[places[usize::from(register)]..];
                let steps_of =
                    |register: u16| -> &[Lanes] { &of(register)[..steps * STEP].as_chunks::<STEP>().0[..steps] };
                macro_rules! execute {
                    (
                        kinds: { $($kind:ident / $arity:tt: [$($x:ident),*] $value:expr;)* }
                        chains: { $($chain:tt)* }
                    ) => {
                        match u32::from(instruction.word) {
                            $($kind => {
                                let mut operands = from.iter();
                                $(let $x = steps_of(*operands.next().expect("at most four"));)*
                                let to = steps_of(to);
                                for step in 0..steps {
                                    $(let $x = get(&$x[step]);)*
                                    set(&to[step], std::array::from_fn(|lane| {
                                        $(let $x = $x[lane];)*
                                        $value
                                    }));
                                }
                            })*
                            _ if instruction.word == CHECK => {
                                let lanes = &of(from[0])[..count];
                                is_plain &= kernel.conditions[usize::from(to)].holds_of_all([lanes].into_iter(), Cell::get);
                            }
                            _ => {
                                let function = &kernel.functions[usize::from(from[0])];
                                let start = usize::from(from[1]) | usize::from(from[2]) << 16;
                                let operands = &kernel.operands[start..][..function.arity];
                                arguments.clear();
                                if let &[operand] = operands {
                                    arguments.extend(of(operand)[..count].iter().map(Cell::get));
                                } else {
                                    for lane in 0..count {
                                        arguments.extend(operands.iter().map(|&operand| of(operand)[lane].get()));
                                    }
                                }
                                values.clear();
                                values.resize(count * function.results, 0.0);
                                function.values(&kernel.body, arguments, values);
                                if instruction.word == CALL_PAIR {
                                    let (first, second) = values.split_at(count);
                                    of(to).iter().zip(first).for_each(|(to, &value)| to.set(value));
                                    of(from[3]).iter().zip(second).for_each(|(to, &value)| to.set(value));
                                } else {
                                    debug_assert_eq!(instruction.word, CALL);
                                    of(to).iter().zip(values.iter()).for_each(|(to, &value)| to.set(value));
                                }
                            }
                        }
                    };
                }
                operations!(execute!);
            }
            for (k, (output, &result)) in self.outputs.iter().zip(&kernel.results).enumerate() {
                let result = &cells[places[usize::from(result)]..][..count];
                match output {
                    Output::Store(at) => store(&cells[*at as usize + first..][..count], result),
                    Output::Add(Column::Even(at, 1)) => add(&cells[*at as usize + first..][..count], result),
                    Output::Add(Column::Uniform(_)) => add(&cells[sums + k * lanes..][..count], result),
                    Output::Add(Column::Even(at, distance)) => {
                        let mut place = i64::from(*at) + i64::from(*distance) * first as i64;
                        for x in result {
                            let sum = &cells[place as usize];
                            sum.set(sum.get() + x.get());
                            place += i64::from(*distance);
                        }
                    }
                    Output::Add(Column::Table(table)) => {
                        for (x, &at) in result.iter().zip(&table[first..]) {
                            let sum = &cells[at as usize];
                            sum.set(sum.get() + x.get());
                        }
                    }
                }
            }
            first += lanes;
        }
        for (k, output) in self.outputs.iter().enumerate() {
            if let Output::Add(Column::Uniform(at)) = output {
                let sum = &cells[*at as usize];
                sum.set(sum.get() + total(&cells[sums + k * lanes..][..width]));
            }
        }
        is_plain
    }
}

/// Writes `x` to `to`.
#[inline(always)]
fn store(to: &[Cell<f64>], x: &[Cell<f64>]) {
    let ((to, to_rest), (x, x_rest)) = (to.as_chunks::<STEP>(), x.as_chunks::<STEP>());
    to.iter().zip(x).for_each(|(to, x)| set(to, get(x)));
    to_rest.iter().zip(x_rest).for_each(|(to, x)| to.set(x.get()));
}

/// Adds `x` to `to`.
#[inline(always)]
fn add(to: &[Cell<f64>], x: &[Cell<f64>]) {
    let ((to, to_rest), (x, x_rest)) = (to.as_chunks::<STEP>(), x.as_chunks::<STEP>());
    for (to, x) in to.iter().zip(x) {
        let (sum, x) = (get(to), get(x));
        set(to, std::array::from_fn(|lane| sum[lane] + x[lane]));
    }
    to_rest.iter().zip(x_rest).for_each(|(to, x)| to.set(to.get() + x.get()));
}

/// The sum of all lanes: of each place in a step first, and then of these.
#[inline(always)]
fn total(lanes: &[Cell<f64>]) -> f64 {
    let mut sums = [0.0; STEP];
    for step in lanes.as_chunks::<STEP>().0 {
        let x = get(step);
        sums = std::array::from_fn(|lane| sums[lane] + x[lane]);
    }
    sums.iter().sum()
}
