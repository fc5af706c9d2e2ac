//! The order in which a program runs its operations: those of one kind that are ready together stand together.
//!
//! An interpreter pays for every decision what to do next, and pays most where it cannot be predicted. So operations are scheduled in
//! windows of the recording's order: whenever something is to be run, it is what most other operations wait for, and with it all that
//! are ready of its kind. What nobody waits for is left until there is nothing else, and then there is much of it. A batch is
//! written in blocks of up to eight, one decision each. Results are stored one after the other, so a block says where its
//! operands are and no more. One or two operations begin a chain, or are mixed with others.

use super::super::body::{Body, Guard, Operand};
use super::super::table::NONE;
use super::code::{Check, Code, DIV, Function, KINDS, SHORT};
use super::mixed::{MINUS_ZERO, ONE, is_mixed};
use super::plan::{KEPT, PASSING, Plan, conditions};
use super::window::{WINDOW, Window};
use super::writer::Writer;
use crate::float::Condition;
use crate::graph::prices::Prices;
use std::ops::Range;

/// Of how many operations a batch is one. Fewer are looked at one by one, whether they begin a chain, and mixed with others if not.
/// With 3 a model of a series took 67 µs and the system of Lorenz 247, with 4 they took 72 and 284.
const LEAST_BATCH: usize = 3;

/// Room for results that are used soon and then overwritten: two for each operation of a window, as pairs have.
const TEMPORARY: usize = 2 * WINDOW;

/// The operations in the order in which they run. Memory has the inputs first, then constants, then results as they come.
#[derive(Clone, Debug)]
pub(super) struct Schedule {
    pub code: Code,
    pub functions: Vec<Function>,
    pub constants: Vec<f64>,
    /// How much memory it takes.
    pub cells: usize,
    /// Whether places are used again.
    pub reuses: bool,
    pub results: Box<[u32]>,
    pub checks: Vec<Check>,
    pub conditions: Vec<Watched>,
    /// How many operations are run, and by how many decisions.
    pub operations: usize,
    pub decisions: usize,
    /// How many of them are divisions, and how long the calls take.
    pub divisions: usize,
    pub cost_of_calls: f64,
}

/// So much code stays in the caches from call to call.
const CACHE: usize = 1 << 18;

/// A run of straight code.
pub(in crate::graph) const STRAIGHT: Prices<6> = Prices([
    ("run", 33.0),
    ("operation", 0.61),
    ("far", 0.094), // a byte of code and constants beyond the caches
    ("decision", 1.71),
    ("call", 0.76), // a nanosecond of a function
    ("division", 0.74),
]);

/// Places of which a condition has to hold.
#[derive(Clone, Debug)]
pub(super) struct Watched {
    pub condition: Condition,
    pub ranges: Vec<Range<u32>>,
}

/// The ranges that places make up.
fn ranges(mut places: Vec<u32>) -> Vec<Range<u32>> {
    places.sort_unstable();
    places.dedup();
    places.chunk_by(|a, b| a + 1 == *b).map(|run| run[0]..run[0] + run.len() as u32).collect()
}

impl Schedule {
    pub fn new(graph: &Body) -> Schedule {
        let mut functions = Vec::new();
        let conditions = conditions(graph);
        let mut plan = Plan::new(graph, &conditions, &mut functions);
        // What mixtures take besides the operands of their steps.
        for operand in [ONE, MINUS_ZERO] {
            if let Operand::Constant(bits) = operand {
                plan.constants.place(bits);
            }
        }
        let mut schedule = Schedule {
            code: Code::Short(Box::default()),
            functions,
            cells: graph.point.len() + plan.constants.values.len(),
            reuses: false,
            constants: std::mem::take(&mut plan.constants.values),
            results: Box::default(),
            checks: Vec::new(),
            conditions: Vec::new(),
            operations: 0,
            decisions: 0,
            divisions: 0,
            cost_of_calls: 0.0,
        };
        plan.next[KEPT] = schedule.cells as u32;
        let results: u32 = plan.steps.run().map(|step| plan.steps.results(step)).sum();
        if schedule.cells + results as usize > SHORT {
            schedule.reuses = true;
            plan.next = [(schedule.cells + TEMPORARY) as u32, schedule.cells as u32];
            plan.writes = None;
            plan.find_last_uses(&conditions);
        }
        let code = schedule.order(&mut plan);
        for step in plan.steps.run() {
            match plan.steps.kinds[step as usize] {
                DIV => schedule.divisions += 1,
                kind if kind >= KINDS => schedule.cost_of_calls += schedule.functions[(kind - KINDS) as usize].cost,
                _ => {}
            }
        }
        schedule.results = graph.results.iter().map(|&x| plan.place(plan.steps.of(x))).collect();
        let check = |guard: &Guard| Check {
            question: guard.question,
            about: guard.about.map(|x| plan.place(plan.steps.of(x))),
            answer: guard.answer,
        };
        schedule.checks = graph.guards.iter().map(check).collect();
        // Those of one kind stand together, and in the order of their places: results that are computed together are one range.
        let mut watched: Vec<(Condition, Vec<u32>)> = Vec::new();
        for (condition, node) in conditions {
            let place = plan.place(plan.steps.of(Operand::Node(node)));
            match watched.iter_mut().find(|(known, _)| *known == condition) {
                Some((_, places)) => places.push(place),
                None => watched.push((condition, vec![place])),
            }
        }
        schedule.conditions =
            watched.into_iter().map(|(condition, places)| Watched { condition, ranges: ranges(places) }).collect();
        schedule.code = match code.iter().map(|&word| u16::try_from(word)).collect() {
            // Places of results are in no word.
            Ok(short) if schedule.cells <= SHORT => Code::Short(short),
            _ => Code::Long(code.into()),
        };
        schedule
    }

    /// Bytes of its code and constants.
    pub fn bytes(&self) -> usize {
        let code = match &self.code {
            Code::Short(code) => size_of_val(&**code),
            Code::Long(code) => size_of_val(&**code),
        };
        code + size_of_val(&*self.constants)
    }

    /// What a run consists of.
    pub fn amounts(&self) -> [f64; 6] {
        let far = self.bytes().saturating_sub(CACHE);
        let [operations, far, decisions, divisions] =
            [self.operations, far, self.decisions, self.divisions].map(|count| count as f64);
        [1.0, operations, far, decisions, self.cost_of_calls, divisions]
    }

    /// Puts the operations in order. Returns the words of the program; the places of the values are in `plan` afterwards.
    fn order(&mut self, plan: &mut Plan) -> Vec<u32> {
        let n = plan.steps.len();
        let passing = self.reuses.then_some(plan.next[PASSING]);
        let mut window = Window::new(n, KINDS as usize + self.functions.len());
        let mut writer = Writer::new(plan);
        let (mut batch, mut chain) = (Vec::new(), Vec::new());
        let mut batches = 0;
        let mut nodes = 0..n;
        while window.fill(writer.plan, &mut nodes) {
            writer.begin(nodes.start, passing);
            while let Some(kind) = window.take(&mut batch) {
                batches += 1;
                batch.iter().for_each(|&step| writer.plan.batch[step as usize] = batches);
                let is_chained = if is_mixed(kind) { batch.len() < LEAST_BATCH } else { batch.len() == 1 };
                if !is_chained || !(is_mixed(kind) || writer.plan.repeats(kind)) {
                    writer.batch(kind, &batch);
                    batch.iter().for_each(|&step| window.release(writer.plan, step, NONE));
                    continue;
                }
                for &step in &batch {
                    match window.chain(writer.plan, step, &mut chain) {
                        Some(word) => writer.chain(word, &chain),
                        None if is_mixed(kind) => writer.mix(step),
                        None => writer.batch(kind, &[step]),
                    }
                }
            }
            writer.flush();
        }
        (self.cells, self.operations, self.decisions) =
            (self.cells.max(writer.cells), writer.operations, writer.decisions);
        writer.code
    }
}
