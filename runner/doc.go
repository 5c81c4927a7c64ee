// Package runner plans and applies a pipeline.
//
// Read it in this order. graph.go turns the evaluated pipeline into nodes, one a step, each checked by its kind.
// A stage (stage.go) is a step in the making: it lets the step split its work into actions, and finds in the store
// which of them are done; key.go says what the key covers under which it looks. The symbol of an action is its key
// with "what that action makes" in place of parts that are not known before an earlier action of the step has run. plan.go tells what is left to do, reason.go why. apply.go executes
// that, and nothing else: execute.go and output.go run one action, send.go has questions answered, publish.go writes
// the files that the user sees, with trace.go following each row back to where it came from. report.go tells what was
// done, finish.go records it, and history.go keeps it for the next plan to compare with.
//
// One planner serves plan and apply: both resolve stages in the same way, so that apply executes every action that a
// plan calls missing, and no other. A step is `wait` in a plan if its inputs are made by a step that runs; when they
// turn out as they were before, it is found in the store and reused.
//
// A plan can be saved with all that it rests on (saved.go). An apply that is held to it begins only if a plan made anew
// comes to the same (savedmoves.go tells what has moved), and executes of a resolved step nothing that the plan does not
// have (savedpromise.go).
//
// Three levels of reuse follow from keys. A step whose actions all have known keys is found by one manifest. Each
// action is found by its own record. And a question to a model is found in the ledger, behind the Gateway, whatever
// action asks it.
//
// Questions are not answered while an action waits: it notes all that it asks and ends with steps.ErrPending. When
// every action of a step that can run has run, the questions that have no answer are priced, put to whoever pays, and
// sent; then the actions are executed again and find the answers. So no worker waits for a model, and the same replay
// serves a plan's estimate.
//
// What is in the store is named by runs (history.go, tags.go). reach.go follows the names from runs and pipelines to all
// that they rest on; gc.go deletes the rest, and verify.go looks whether all of it is there as it was stored.
//
// Where this departs from what one might expect: Do belongs to the kind and not to the step, so that an action
// cannot see config that its key does not cover; rows that were turned away are kept as references to the rows that
// came in and not as copies; and what is known of a row's making is joined at publication through the lineage that
// every part carries, so that it never enters a key.
//
// The package never prints, asks, reads settings or picks exit codes, never decides by the name of a kind, and leaves
// no goroutine behind a call.
package runner
