// Package runner plans and applies a pipeline, and keeps what its runs made.
//
// Read it in this order.
//
// What there is to do. runner.go is the way in, graph.go turns the evaluated pipeline into nodes, one a step, each
// checked by its kind. A stage (stage.go) is a step in the making: it lets the step split its work into actions, and
// finds in the store which of them are done (settle.go), several side by side (abreast.go). key.go says what the key
// covers under which it looks; the symbol of an action is its key with "what that action makes" in place of parts that
// are not known before an earlier action of the step has run. What is found is the record of an action (record.go,
// recordname.go) or the manifest of a whole step (manifest.go), taken at its word only after a check (sealed.go).
// outside.go reads what does not lie in the store, by way of sources.go where it is on no disk of this machine (the folder outside has
// the sources: the Hub, buckets, web servers), and
// remembers it (memo.go, stamp_*.go); taken.go says what a step takes from there; canonical.go makes equal configs equal bytes. plan.go tells what is left to do,
// count.go what would be asked for it, rowchanges.go how the rows are others than before, and reason.go why: by what
// was changed in the config (reasonfields.go on flat.go), the shards (reasonfiles.go) or the steps before
// (reasoninputs.go), in the user's own words (reasontext.go).
//
// Doing it. apply.go executes what the plan calls missing, and nothing else: execute.go and output.go run one action,
// which cuts its rows into parts (cut.go), says which row each was made of (lineage.go) and names those that it turned
// away (rejects.go). send.go has questions answered behind the Gateway (gateway.go), in its turn (turn.go). publish.go
// writes the files that the user sees and published.go knows them again, also when they were cut off (publishcut.go);
// trace.go joins to each row what is known of its making. report.go tells what was done, finish.go records it, and
// state.go writes it down for scripts. file.go writes files whole or not at all.
//
// What is remembered. history.go says what a run is, runs.go stores them, detail.go keeps what each step of one rested
// on, for the next plan to compare with. tags.go gives runs names, and findrun.go finds them.
//
// Looking at it. show.go gives the rows of a step as it stands, trail.go the way of one row; snapshot.go and
// snapshotrows.go give what a pipeline had made at any time, for two to be compared.
//
// Plans that are kept to. saved.go saves a plan with all that it rests on (savedbasis.go) in a file (savedfile.go). An
// apply that is held to it begins only if a plan made anew comes to the same, and executes of a resolved step nothing
// that the plan does not have (savedpromise.go). savedmoves.go tells what has moved: the pipeline (savedpipeline.go),
// files (savedinputs.go), runs (savedruns.go), or else how the plans differ (savedeffects.go).
//
// Keeping house. lock.go lets one process write to a project, storelock.go several work with a store or one delete from
// it; on a store in a bucket, storelease.go does so between machines, by leases that storeself.go knows again. reach.go follows the names from runs to all that they rest on, reachpresent.go those from a pipeline as it
// stands; gc.go finds the rest (gcwhole.go spares runs that lose nothing) and gcremove.go deletes it, by classes.go in an order that a kill cannot harm. verify.go
// looks whether all is there as it was stored (verifyrecords.go, verifyruns.go, verifygaps.go), damage.go is what it
// finds, and
// discard.go has that made again. removed.go keeps in mind which runs have lost their data by either. words.go writes
// numbers.
//
// One planner serves plan and apply: both resolve stages in the same way, so that apply executes every action that a
// plan calls missing, and no other. A step is `wait` in a plan if its inputs are made by a step that runs; when they
// turn out as they were before, it is found in the store and reused.
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
// Where this departs from what one might expect: Do belongs to the kind and not to the step, so that an action cannot
// see config that its key does not cover; rows that were turned away are kept as references to the rows that came in
// and not as copies; and what is known of a row's making is joined at publication through the lineage that every part
// carries, so that it never enters a key.
//
// The package never prints, asks, reads settings or picks exit codes, never decides by the name of a kind, and leaves
// no goroutine behind a call.
package runner
