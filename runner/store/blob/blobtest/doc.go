// Package blobtest has what tests of stores in the cloud need without one: services in memory that speak the
// protocols of Amazon S3 and of Google Cloud Storage, as far as the store uses them, and a network that fails on
// demand. Both services are http.Handlers; they honour conditions, compare checksums, list in pages, and refuse what
// the real ones refuse.
package blobtest
