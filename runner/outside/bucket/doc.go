// Package bucket reads shards from buckets of Amazon S3, of services that speak its protocol, and of Google Cloud Storage.
//
// Read it in this order. address.go parses what the user writes, source.go is what the runner is given. list.go finds the
// objects of a pattern, walking the folders that can hold some (walk.go on segments.go). service.go is what is told apart
// of the two services: s3.go with s3errors.go, and gcs.go with gcsobject.go, gcssend.go and gcserrors.go. Bytes are read
// by package ranges, keys found by package access.
//
// What stands for the bytes of an object in keys. Google Cloud Storage tells the MD5 of most objects, which is the same
// wherever they lie. S3 tells an ETag: it changes when the object does, but is no hash that could be relied on (not with
// uploads in parts, nor with KMS), so the digest is one of ETag, size and place together, and an object that moves is read
// once more. If what is made of it is equal, nothing behind it reruns. The SHA-256 that S3 may keep is told only by one
// request for each object, and not in listings; it is not asked for. For objects of Google Cloud Storage without an MD5
// (composed ones) the generation takes the ETag's place.
//
// What must stay true. Every range is asked for under the condition that the object is the one listed (If-Match, and the
// generation), so bytes of two states never mix. Requests are signed for the service and go nowhere else: redirects are
// not followed, and the only thing learnt from one is the region of a bucket. No key gets into an error.
//
// # Sources
//
// Amazon S3 API Reference: ListObjectsV2, GetObject (If-Match, Range, 412), HeadObject, "Error responses"; S3 User Guide:
// "Checking object integrity" (what an ETag is and is not). Google Cloud Storage JSON API: Objects: list, get (alt=media,
// generation), "Hashes and ETags: best practices", "Transcoding of gzip-compressed files" (why gzip is accepted, so that
// ranges are those of what is stored), "Retry strategy".
package bucket
