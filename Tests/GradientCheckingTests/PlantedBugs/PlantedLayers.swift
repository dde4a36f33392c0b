/// Every layer with planted mistakes.
var plantedLayers: [PlantedLayerRows] {
  [
    AffineBugs.planted, SigmoidBugs.planted, ScaledReLUBugs.planted, RNNStepBugs.planted,
    RNNSequenceBugs.planted, LSTMBugs.planted, ConvolutionBugs.planted, MaxPoolingBugs.planted,
    BatchNormBugs.planted, LayerNormBugs.planted, SoftmaxLossBugs.planted,
    RegularizedLossBugs.planted, DropoutBugs.planted, EmbeddingBugs.planted, ResidualBugs.planted,
    AttentionBugs.planted, UnitRowsBugs.planted, MaskedMeanBugs.planted, GatedUnitBugs.planted,
  ]
}
