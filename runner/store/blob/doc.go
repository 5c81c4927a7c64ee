// Package blob keeps a store in a bucket of Amazon S3, of a service that speaks its protocol, or of Google Cloud
// Storage.
//
// Read it in this order. place.go reads the address and open.go opens it. bucket.go reads, and create.go writes;
// parts.go does so for objects too large for one request. try.go sends every request again while the service fails,
// and errors.go says what to do when that does not help. probe.go refuses services on which a store would not be safe.
// s3.go and gcs.go are what is told apart of the two services: one method, one request.
//
// The store rests on create-if-absent, which both services have: If-None-Match: * on S3, ifGenerationMatch=0 on Google
// Cloud Storage. Two things make it hold in practice. A service that ignores the condition would let every one of
// several writers win, so the first write of a process is preceded by a probe. And when the connection breaks after
// the service has committed, the repeated request is refused by the object that the first one made; so every put
// carries a random mark in the object's metadata, by which a put that was refused on repetition is recognised as one's
// own.
//
// The package starts no goroutine but those of net/http, which Close ends.
package blob
