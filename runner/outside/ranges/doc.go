// Package ranges reads large objects over a network in ranges of bytes, as random access.
//
// It is what sources of shards have in common who ask a service for "the bytes from here to there of the object in the
// state that was listed": pool.go holds what all their requests share, file.go is an open object and fetch.go gets its
// blocks, which blocks.go keeps. Where reads follow each other they go on in one long request (stream.go). lines.go
// bounds the requests under way, watch.go ends what brings nothing, effort.go tries again what may pass, answer.go checks
// that an answer is the range that was asked for, and proof.go hashes what is read from its beginning to its end.
//
// A service gives one function, Fetch, which sends one request and says of an error whether it may pass. All else, how
// long to wait, where to go on after a break, when to give up, is told here, once for all services.
//
// Memory is bounded by CacheSize for each open object. No goroutine outlives a call.
package ranges
