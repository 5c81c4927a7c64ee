// Package retry asks a model again where that may help.
//
// What happened is told by the client as a *model.Trouble (model/trouble.go), and each class has its own answer:
//
//   - MinuteQuota: asked again at once, and without end, as no try was made. The client that is asked must be that of a
//     limiter (model/limit), where the request waits in its turn for as long as the service wants, and which gives up
//     when a service takes nothing at all for too long.
//   - Overloaded, Lost: asked again after a pause, as many times as model.Retry says. Pauses double and are drawn at
//     random between a half and the whole, so that requests that failed together do not come back together. After the
//     last try the request is refused, for now.
//   - DayQuota: nothing is asked any more ([model.Spent]).
//
// Pauses end with model.Waiting: what is not sent yet when a user stops is not sent.
package retry
