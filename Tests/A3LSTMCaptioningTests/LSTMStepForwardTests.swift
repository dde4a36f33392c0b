import A3LSTMCaptioning
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class LSTMStepForwardTests: ExerciseTestCase {
}
