// Package model is the contract to language models, and the gateway through which steps reach them: the ledger that
// keeps every answer, and the clients that obtain new ones.
//
// A step calls [Ask] with a [Request] and gets either the answer that was paid for before or steps.ErrPending. The
// runner takes down the questions that are pending, prices them ([Gateway.Quote]), and when the user agrees hands
// them to [Gateway.Send]; then the step runs again and finds its answers. A step never calls a model itself, and
// nothing here is asked twice: a request is known by its key (key.go), whoever asks it, in whatever run, until its
// answer is forgotten on demand ([Gateway.Forget]).
//
// A request that costs something passes what tries again (model/retry), the budget (purse.go) and what waits (model/limit),
// and becomes a call (call.go): right before each try it is made sure that the call may be made and is durable as intended.
// What can be done about an error is told by a [Trouble].
//
// The package never decides whether money is spent, never reads a pipeline or its rows, and runs no goroutine that
// outlives the call which started it.
package model
