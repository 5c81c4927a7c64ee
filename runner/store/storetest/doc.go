// Package storetest holds every bucket to the promises of store.Bucket, and those that can swap to the promises of
// store.Swapper. It has a bucket in memory besides, with which other packages test what does not depend on disks and
// networks.
package storetest
