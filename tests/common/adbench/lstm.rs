//! LSTM: how well a recurrent network predicts the next character of a text, over the network's weights.

use super::{Numbers, Problem};
use dualtape::{Float, Primitive, ScalarFunction};

/// A text of characters of `width` bits, and the state of the network before it.
///
/// The inputs are, for each layer, the weights of its four gates and then their biases, `width` numbers each; after the last layer
/// the weight at the network's entrance, and weight and bias at its exit. All products are element by element.
pub struct Lstm {
    layers: usize,
    width: usize,
    /// For each layer its hidden values and its cells.
    state: Vec<f64>,
    text: Vec<f64>,
}

impl Lstm {
    pub fn read(path: &'static str) -> Problem<Lstm> {
        let mut file = Numbers::of(path);
        let [layers, characters, width] = file.array();
        let x0 = file.many((8 * layers + 3) * width);
        let function =
            Lstm { layers, width, state: file.many(2 * layers * width), text: file.many(characters * width) };
        file.end();
        Problem { name: path, function, x0 }
    }

    /// The numbers of parameters in the layers, and at entrance and exit: the blocks of a gradient.
    pub fn blocks(&self) -> [usize; 2] {
        [8 * self.layers * self.width, 3 * self.width]
    }
}

fn sigmoid<T: Float>(x: T) -> T {
    ((-x).exp() + T::Base::nearest(1.0)).recip()
}

/// One step of one layer: updates `hidden` and `cells` for the `input` and replaces that by the layer's output.
fn step<T: Float>(parameters: &[T], hidden: &mut [T], cells: &mut [T], input: &mut [T]) {
    let width = input.len();
    let (weights, biases) = parameters.split_at(4 * width);
    for j in 0..width {
        let gate = |gate: usize, x: T| x * weights[gate * width + j] + biases[gate * width + j];
        let forget = sigmoid(gate(0, input[j]));
        let ingate = sigmoid(gate(1, hidden[j]));
        let outgate = sigmoid(gate(2, input[j]));
        let change = gate(3, hidden[j]).tanh();
        cells[j] = cells[j] * forget + ingate * change;
        hidden[j] = outgate * cells[j].tanh();
        input[j] = hidden[j];
    }
}

impl ScalarFunction for Lstm {
    /// Minus the mean log-likelihood of a bit.
    fn eval<T: Float>(&self, x: &[T]) -> T {
        let c = T::Base::nearest;
        let b = self.width;
        let (main, extra) = x.split_at(8 * self.layers * b);
        let (entrance, exit) = extra.split_at(b);
        let (exit_weights, exit_biases) = exit.split_at(b);

        let mut state: Vec<T> = self.state.iter().map(|&s| T::lit(s)).collect();
        let mut values = vec![T::zero(); b];
        let mut total = T::zero();
        for (now, next) in self.text.chunks_exact(b).zip(self.text[b..].chunks_exact(b)) {
            for j in 0..b {
                values[j] = entrance[j] * c(now[j]);
            }
            for (parameters, state) in main.chunks_exact(8 * b).zip(state.chunks_exact_mut(2 * b)) {
                let (hidden, cells) = state.split_at_mut(b);
                step(parameters, hidden, cells, &mut values);
            }
            for j in 0..b {
                values[j] = values[j] * exit_weights[j] + exit_biases[j];
            }
            // The 2 is part of ADBench's definition.
            let normaliser = (values.iter().map(|y| y.exp()).sum::<T>() + c(2.0)).ln();
            for (&y, &bit) in values.iter().zip(next) {
                total += (y - normaliser) * c(bit);
            }
        }
        -total / c((self.text.len() - b) as f64)
    }
}
