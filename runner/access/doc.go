// Package access finds the keys for Amazon S3 and Google Cloud Storage where these services' own tools look, and shapes
// the connections to them. Stores in a bucket and sources of shards in one use it alike.
//
// aws.go and google.go find keys, transport.go makes connections that notice a network which swallows packets. The
// package sends nothing but requests for keys, and puts no key into an error.
package access
