// Package steps is the contract between the runner and the kinds of steps.
//
// A [Kind] describes what a step does. Its New turns the evaluated config of one step into a [Step], which only
// splits the work: [Step.Actions] names, for the datasets that came in, the actions that make the dataset that goes
// out. The runner digests each [Action] into a key, finds which results exist already, and has [Kind.Do] make the
// others.
//
// Do is a function of the kind and not a method of the step. All that it can see is the action: the config that the
// action carries, the parts that it names, the files that it declares. So a result cannot depend on anything that
// its key does not cover, and an action can be executed by whoever has the store and the kinds.
//
// The package imports the standard library alone and does nothing by itself: no files, no goroutines, no output.
package steps
