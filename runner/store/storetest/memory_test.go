package storetest_test

import (
	"testing"

	"sftrun.local/runner/store"
	"sftrun.local/runner/store/storetest"
)

func TestMemory(t *testing.T) {
	storetest.TestBucket(t, func(*testing.T) store.Bucket { return &storetest.Memory{} })
	storetest.TestSwapper(t, func(*testing.T) store.Swapper { return &storetest.Memory{} })
}

func TestDir(t *testing.T) {
	storetest.TestBucket(t, func(t *testing.T) store.Bucket { return store.NewDir(t.TempDir()) })
}
