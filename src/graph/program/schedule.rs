//! The order in which a program runs its operations: those of one kind that are ready together stand together.
//!
//! An interpreter pays for every decision what to do next, and pays most where it cannot be predicted. So operations are scheduled in
//! windows of the recording's order: whenever something is to be run, it is all the operations of the kind that most are ready of.
//! They are written in blocks of up to eight, one decision each. Results are stored one after the other, so a block says where its
//! operands are and no more.

use super::super::body::{Body, Guard, Op, Operand};
use super::super::table::NONE;
use super::code::{CALL, Check, Code, EVEN, Function, GO, KINDS, ROW, SHORT, SIZES};
use super::plan::{KEPT, PASSING, Plan, conditions};
use super::window::{CHAINED, Ready, WINDOW, Window};
use crate::float::Condition;

/// The shortest row: as long as a block, which it is faster than.
const LEAST_ROW: usize = 8;

/// Room for results that are used soon and then overwritten: two for each operation of a window, as pairs have.
const TEMPORARY: usize = 2 * WINDOW;

/// How many calls are made at once.
const CALLS: usize = 32;

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
    pub conditions: Vec<(Condition, Vec<u32>)>,
    /// How many operations are run, and by how many decisions.
    pub operations: usize,
    pub decisions: usize,
}

impl Schedule {
    pub fn new(graph: &Body) -> Schedule {
        let mut functions = Vec::new();
        let conditions = conditions(graph);
        let mut plan = Plan::new(graph, &conditions, &mut functions);
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
        };
        plan.next[KEPT] = schedule.cells as u32;
        let results_of = |&kind: &u32| match kind.checked_sub(KINDS) {
            Some(function) => schedule.functions[function as usize].results,
            None => 1,
        };
        let results: usize = plan.kind.iter().filter(|&&kind| kind != NONE).map(results_of).sum();
        if schedule.cells + results > SHORT {
            schedule.reuses = true;
            plan.next = [(schedule.cells + TEMPORARY) as u32, schedule.cells as u32];
            plan.writes = None;
            plan.find_last_uses(&conditions);
        }
        let code = schedule.order(&mut plan);
        schedule.results = graph.results.iter().map(|&x| plan.place(x)).collect();
        let check = |guard: &Guard| Check {
            question: guard.question,
            about: guard.about.map(|x| plan.place(x)),
            answer: guard.answer,
        };
        schedule.checks = graph.guards.iter().map(check).collect();
        // Those of one kind stand together, so that each kind is one loop.
        for (condition, node) in conditions {
            let place = plan.place(Operand::Node(node));
            match schedule.conditions.iter_mut().find(|(known, _)| *known == condition) {
                Some((_, places)) => places.push(place),
                None => schedule.conditions.push((condition, vec![place])),
            }
        }
        schedule.code = match code.iter().map(|&word| u16::try_from(word)).collect() {
            // Places of results are in no word.
            Ok(short) if schedule.cells <= SHORT => Code::Short(short),
            _ => Code::Long(code.into()),
        };
        schedule
    }

    /// Puts the operations in order. Returns the words of the program; the places of the values are in `plan` afterwards.
    fn order(&mut self, plan: &mut Plan) -> Vec<u32> {
        let n = plan.kind.len();
        let mut code = Vec::new();
        let mut window = Window {
            nodes: Vec::with_capacity(WINDOW),
            missing: vec![0; n],
            waiting: vec![NONE; n],
            links: Vec::new(),
            ready: Ready { of_kind: vec![Vec::new(); KINDS as usize + self.functions.len()], kinds: Vec::new() },
        };
        let (mut batch, mut chain, mut sorted) = (Vec::new(), Vec::new(), Vec::new());
        let mut batches = 0;
        let mut nodes = 0..n;
        let mut parts = [Vec::new(), Vec::new()];
        let passing = plan.next[PASSING];
        while window.fill(plan, &mut nodes) {
            let end = nodes.start;
            if self.reuses {
                plan.next[PASSING] = passing;
                plan.writes = None;
            }
            while let Some(kind) = window.ready.take(&mut batch) {
                batches += 1;
                batch.iter().for_each(|&node| plan.batch[node as usize] = batches);
                if kind < KINDS && batch.len() <= CHAINED {
                    for &node in &batch {
                        let word = window.chain(plan, node, &mut chain);
                        let keeping = chain.iter().map(|&(node, _)| plan.keeping(node, end)).min();
                        self.go(&mut code, plan, keeping.unwrap_or(KEPT));
                        match word {
                            Some(word) => self.write_chain(&mut code, plan, word, &chain),
                            None => self.write(&mut code, plan, kind, &[node]),
                        }
                    }
                    continue;
                }
                parts.iter_mut().for_each(Vec::clear);
                batch.iter().for_each(|&node| parts[plan.keeping(node, end)].push(node));
                for (keeping, part) in parts.iter_mut().enumerate().filter(|(_, part)| !part.is_empty()) {
                    self.go(&mut code, plan, keeping);
                    if kind < KINDS && part.len() >= LEAST_ROW {
                        sort(plan, part, &mut sorted);
                        self.write_rows(&mut code, plan, kind, part);
                    } else {
                        self.write(&mut code, plan, kind, part);
                    }
                }
                batch.iter().for_each(|&node| window.release(plan, node, NONE));
            }
        }
        code
    }

    /// Writes operations of one kind that are ready.
    fn write(&mut self, code: &mut Vec<u32>, plan: &mut Plan, kind: u32, batch: &[u32]) {
        let mut rest = batch;
        while !rest.is_empty() {
            let now;
            if kind < KINDS {
                let size = SIZES.iter().position(|&size| size <= rest.len()).expect("1 is a size");
                (now, rest) = rest.split_at(SIZES[size]);
                code.push(kind * SIZES.len() as u32 + size as u32);
            } else {
                (now, rest) = rest.split_at(rest.len().min(CALLS));
                code.extend([CALL, kind - KINDS, now.len() as u32]);
            }
            self.decisions += 1;
            for &node in now {
                plan.operands(node, |operand| code.push(plan.place(operand)));
                self.give_place(plan, node);
                if let Op::First(_) = plan.graph.nodes[node as usize].op {
                    self.give_place(plan, node + 1);
                }
            }
        }
    }

    /// Writes operations of one kind with blocks, those with evenly spaced operands as rows.
    fn write_rows(&mut self, code: &mut Vec<u32>, plan: &mut Plan, kind: u32, batch: &[u32]) {
        let places = |plan: &Plan, node: u32| {
            let (mut places, mut count) = ([0; 4], 0);
            plan.operands(node, |operand| {
                places[count] = plan.place(operand);
                count += 1;
            });
            (places, count)
        };
        let distances = |from: [u32; 4], to: [u32; 4]| -> [i64; 4] {
            std::array::from_fn(|k| i64::from(to[k]) - i64::from(from[k]))
        };
        // What is not written yet begins at `waiting`; up to `here` it is in no row.
        let (mut waiting, mut here) = (0, 0);
        while here + LEAST_ROW <= batch.len() {
            let (first, arity) = places(plan, batch[here]);
            let mut last = places(plan, batch[here + 1]).0;
            let even = distances(first, last);
            let mut count = 2;
            while let Some(&node) = batch.get(here + count) {
                let next = places(plan, node).0;
                if count == u16::MAX as usize || distances(last, next) != even {
                    break;
                }
                (last, count) = (next, count + 1);
            }
            if count < LEAST_ROW || even.iter().any(|even| !(-i64::from(EVEN)..i64::from(EVEN)).contains(even)) {
                here += 1;
                continue;
            }
            self.write(code, plan, kind, &batch[waiting..here]);
            code.extend([ROW + kind, count as u32]);
            for k in 0..arity {
                code.extend([first[k], (even[k] + i64::from(EVEN)) as u32]);
            }
            self.decisions += 1;
            batch[here..][..count].iter().for_each(|&node| self.give_place(plan, node));
            here += count;
            waiting = here;
        }
        self.write(code, plan, kind, &batch[waiting..]);
    }

    /// Writes operations that each take the result of the one before.
    fn write_chain(&mut self, code: &mut Vec<u32>, plan: &mut Plan, word: u32, chain: &[(u32, usize)]) {
        code.extend([word, chain.len() as u32]);
        self.decisions += 1;
        for (k, &(node, position)) in chain.iter().enumerate() {
            let start = code.len();
            plan.operands(node, |operand| code.push(plan.place(operand)));
            let taken = code.remove(start + position);
            if k == 0 {
                code.insert(start, taken);
            }
            self.give_place(plan, node);
        }
    }

    /// What follows is kept or not.
    fn go(&mut self, code: &mut Vec<u32>, plan: &mut Plan, keeping: usize) {
        if plan.writes != Some(keeping) {
            plan.writes = Some(keeping);
            code.extend([GO, plan.next[keeping]]);
        }
    }

    fn give_place(&mut self, plan: &mut Plan, node: u32) {
        let next = &mut plan.next[plan.writes.unwrap_or(KEPT)];
        assert!(*next < NONE - 1, "dualtape: a program has no room for more than 2³² results");
        plan.place[node as usize] = *next;
        *next += 1;
        self.cells = self.cells.max(*next as usize);
        self.operations += 1;
    }
}

/// Puts those together whose operands come from the same batches or are the same constants: in a program with repetitions, their places
/// are evenly spaced then.
fn sort(plan: &Plan, batch: &mut [u32], sorted: &mut Vec<([u32; 3], u32)>) {
    sorted.clear();
    sorted.extend(batch.iter().map(|&node| {
        let (mut from, mut k) = ([0; 3], 0);
        plan.operands(node, |operand| {
            if let Some(from) = from.get_mut(k) {
                *from = match operand {
                    Operand::Node(node) => plan.batch[plan.computed_by(node) as usize],
                    constant => plan.place(constant),
                };
            }
            k += 1;
        });
        (from, node)
    }));
    sorted.sort_unstable();
    batch.iter_mut().zip(sorted).for_each(|(node, (_, sorted))| *node = *sorted);
}
