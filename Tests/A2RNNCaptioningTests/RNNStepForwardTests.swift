import A2RNNCaptioning
import ExerciseTesting
import Exercises
import GradientChecking
import Tensors

final class RNNStepForwardTests: ExerciseTestCase {
}
