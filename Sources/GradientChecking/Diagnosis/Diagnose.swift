/// The mistakes that explain a wrong gradient, the best explanation first; empty where none does.
public func diagnose(_ evidence: Evidence) -> [Diagnosis] {
  []
}
