// Package limit keeps the requests to a model within what its service allows.
//
// A [Limiter] stands for one model in one process. Whoever wants to ask takes a [Pass] first, in order of arrival, and
// gets it when all of these allow it:
//
//   - fewer requests than Concurrency are under way
//   - the requests, and the tokens, of no minute become more than the limits that the user set. This holds for any 60
//     seconds, not for minutes of a clock (meter.go). Tokens are reserved by an estimate (estimate.go) and corrected
//     by what was used.
//   - the service does not want to be left alone for a while (RetryInfo, Retry-After). This holds for all.
//   - the rate that the service was found to bear is kept (pace.go).
//
// A limiter runs no goroutine and ends with the garbage. The first in the queue sleeps until its turn has come; the
// others sleep until they are first.
package limit
