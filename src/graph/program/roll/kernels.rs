//! Kernels: bodies as code for registers, each of which holds a number for every lane of a tile.
//!
//! ```text
//!   registers   0 .. inputs .. literals .. temporary     each as wide as a tile
//!   code        mul_add 7 <- 0 1 5                       for all lanes at once
//!               check   7                                a condition of the derivative
//! ```
//!
//! The operations are those of the interpreter, with products inside of sums (two roundings). A temporary register is given to the next
//! result when the last operation that needs it has run, so that few registers do and a tile stays in the first cache.

use super::super::code::{DIV, Function, KINDS};
use super::super::plan::Plan;
use crate::float::Condition;
use crate::graph::body::{Body, Operand};
use crate::graph::table::NONE;

/// The words behind the kinds of the interpreter: a call, a call of a pair, a condition.
pub(super) const CALL: u16 = KINDS as u16;
pub(super) const CALL_PAIR: u16 = CALL + 1;
pub(super) const CHECK: u16 = CALL + 2;

/// The most numbers in the registers of a tile: 24 KiB of a first cache of 32, which columns need too.
const MOST_NUMBERS: usize = 3072;
/// The widest tile: beyond it decisions are a small part of the time. On F1 with 10,000 inputs 128 lanes take 15 % less than 64.
const MOST_LANES: usize = 128;
/// How many lanes one step of a tile has: a register of AVX-512, two of AVX2, four of SSE2 and NEON.
pub(super) const STEP: usize = 8;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Instruction {
    pub word: u16,
    /// The register of the result. Of a check, the number of the condition.
    pub to: u16,
    /// The operands. Of a call: the number of the function, and in the next two where its operands begin among all; of a pair, the fourth is
    /// the register of the second result.
    pub from: [u16; 4],
}

#[derive(Debug)]
pub(super) struct Kernel {
    /// What it computes.
    pub body: Body,
    pub functions: Vec<Function>,
    /// The inputs of the body that are used. They are in the first registers.
    pub inputs: Vec<u32>,
    pub literals: Vec<f64>,
    pub registers: usize,
    /// How wide a tile is. It depends on nothing but the kernel: sums over lanes have the same order on every machine.
    pub lanes: usize,
    pub code: Vec<Instruction>,
    /// The operands of calls.
    pub operands: Vec<u16>,
    pub conditions: Vec<Condition>,
    /// The registers of the results.
    pub results: Vec<u16>,
    /// How many results the operations have, as in straight code; and for the cost, how many operations there are without calls, and
    /// divisions among these.
    pub operations: usize,
    pub plain: usize,
    pub divisions: usize,
    /// How long the calls take, see [`Unary::COST`](crate::rules::Unary::COST).
    pub cost_of_calls: f64,
}

/// The registers that are free.
struct Registers {
    free: Vec<u16>,
    count: usize,
}

impl Registers {
    fn take(&mut self) -> u16 {
        self.free.pop().unwrap_or_else(|| {
            self.count += 1;
            (self.count - 1) as u16
        })
    }
}

impl Kernel {
    /// The kernel of a body and its conditions. `None` if it has more registers than 16 bits number.
    pub fn new(body: Body) -> Option<Kernel> {
        let conditions = body.conditions.clone();
        let mut functions = Vec::new();
        let mut plan = Plan::new(&body, &conditions, &mut functions);
        let n = plan.steps.len();
        let inputs_of_body = body.point.len();
        let runs: Vec<u32> = plan.steps.run().collect();

        // The conditions, of what is computed.
        let watched = conditions.iter().filter_map(|&(condition, node)| match plan.steps.of(Operand::Node(node)) {
            Operand::Node(step) => Some((condition, step)),
            Operand::Constant(_) => None,
        });
        let mut watched: Vec<(Condition, u32)> = watched.collect();

        // The last step that needs each one; `NONE` for results, which are read after all.
        let (mut last, mut is_used) = (vec![0_u32; n], vec![false; inputs_of_body]);
        let mut note = |operand: Operand, by: u32| {
            if let Operand::Node(step) = operand {
                last[step as usize] = by;
                if let Some(is_used) = is_used.get_mut(step as usize) {
                    *is_used = true;
                }
            }
        };
        for &step in &runs {
            plan.steps.operands(step).iter().for_each(|&operand| note(operand, step));
        }
        for &(_, step) in &watched {
            if (step as usize) < inputs_of_body {
                note(Operand::Node(step), NONE);
            }
        }
        body.results.iter().for_each(|&result| note(plan.steps.of(result), NONE));
        let inputs: Vec<u32> = (0..inputs_of_body as u32).filter(|&k| is_used[k as usize]).collect();
        let literals = std::mem::take(&mut plan.constants.values);
        if inputs.len() + literals.len() + 2 * runs.len() > usize::from(u16::MAX) {
            return None;
        }

        let mut register = vec![u16::MAX; n];
        inputs.iter().zip(0..).for_each(|(&input, k)| register[input as usize] = k);
        let first_literal = inputs.len() as u16;
        let first_temporary = inputs.len() + literals.len();
        let mut registers = Registers { free: Vec::new(), count: first_temporary };
        let of = |plan: &Plan, register: &[u16], operand: Operand| match operand {
            Operand::Node(step) => register[step as usize],
            Operand::Constant(bits) => first_literal + (plan.constants.known[&bits] - plan.constants.first) as u16,
        };
        let mut kernel = Kernel {
            functions: Vec::new(),
            lanes: 0,
            code: Vec::new(),
            operands: Vec::new(),
            conditions: Vec::new(),
            results: Vec::new(),
            operations: 0,
            plain: 0,
            divisions: 0,
            cost_of_calls: 0.0,
            registers: 0,
            literals,
            inputs,
            body: body.clone(),
        };
        watched.sort_by_key(|&(_, step)| step);
        let mut watched = watched.into_iter().peekable();
        let mut check = |kernel: &mut Kernel, register: &[u16], up_to: u32| {
            while let Some((condition, step)) = watched.next_if(|&(_, step)| step <= up_to) {
                let number = kernel.conditions.iter().position(|&known| known == condition).unwrap_or_else(|| {
                    kernel.conditions.push(condition);
                    kernel.conditions.len() - 1
                });
                let from = [register[step as usize], 0, 0, 0];
                kernel.code.push(Instruction { word: CHECK, to: number as u16, from });
            }
        };
        if inputs_of_body > 0 {
            check(&mut kernel, &register, inputs_of_body as u32 - 1);
        }
        for &step in &runs {
            let operands = plan.steps.operands(step);
            let from: Vec<u16> = operands.iter().map(|&operand| of(&plan, &register, operand)).collect();
            for &operand in operands {
                if let Operand::Node(operand) = operand
                    && last[operand as usize] == step
                {
                    let own = register[operand as usize];
                    // An operand may be there twice.
                    if usize::from(own) >= first_temporary && !registers.free.contains(&own) {
                        registers.free.push(own);
                    }
                }
            }
            let kind = plan.steps.kinds[step as usize];
            let is_pair = plan.steps.results(step) == 2;
            let to = registers.take();
            register[step as usize] = to;
            let mut instruction = Instruction { word: kind as u16, to, from: [0; 4] };
            if kind < KINDS {
                instruction.from[..from.len()].copy_from_slice(&from);
                kernel.plain += 1;
                kernel.divisions += usize::from(kind == DIV);
            } else {
                let start = kernel.operands.len();
                kernel.operands.extend(&from);
                let second = if is_pair { registers.take() } else { 0 };
                instruction.word = if is_pair { CALL_PAIR } else { CALL };
                instruction.from = [(kind - KINDS) as u16, start as u16, (start >> 16) as u16, second];
                kernel.cost_of_calls += functions[(kind - KINDS) as usize].cost;
                if is_pair {
                    register[step as usize + 1] = second;
                }
            }
            kernel.code.push(instruction);
            kernel.operations += plan.steps.results(step) as usize;
            let last_result = step + u32::from(is_pair);
            check(&mut kernel, &register, last_result);
            for result in step..=last_result {
                if last[result as usize] == 0 {
                    registers.free.push(register[result as usize]);
                }
            }
        }
        kernel.results = body.results.iter().map(|&result| of(&plan, &register, plan.steps.of(result))).collect();
        kernel.functions = functions;
        kernel.registers = registers.count;
        kernel.lanes = (MOST_NUMBERS / registers.count.max(1) / STEP * STEP).clamp(STEP, MOST_LANES);
        Some(kernel)
    }

    /// Bytes of its code.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.code) + size_of_val(&*self.operands) + size_of_val(&*self.literals)
    }
}
