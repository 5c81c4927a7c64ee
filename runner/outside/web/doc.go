// Package web reads shards from web servers, by https://HOST/PATH.
//
// address.go parses what the user writes and refuses what would put a key into pipeline.cue. source.go is what the runner
// is given. about.go asks what a server tells of a file and makes a digest of it, read.go asks for ranges, request.go
// sends and follows redirects, problem.go tells in the user's words what went wrong. Waiting, resuming and bounding is
// done by package ranges.
//
// A file is known by its validators (RFC 9110, section 8.8): a strong ETag, or else Last-Modified, with the size and the
// address. Servers make ETags in their own ways, some of time and size alone, so a file that moves is read once more. One
// without validators is refused: nobody could tell that it has changed. Every range is asked for under the condition that
// the file is still that one (If-Match or If-Unmodified-Since), and what its answer says is compared, since some servers
// ignore conditions. A file that is written anew in place, while its last range is on the way, cannot be told from outside.
//
// What must stay true. No keys are sent, to whatever host. Redirects are followed by hand: from https only to https,
// without a Referer; where they lead is often signed, so it is neither kept nor shown. Of an address that the user wrote,
// errors show no query.
package web
