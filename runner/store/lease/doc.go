// Package lease lets one process on one of several machines work on a store in a bucket, as a lock of the kernel does
// on one machine.
//
// A lease is a small object that says who holds it and for how long. It is taken by creating it if absent, and taken
// over by swapping it, which only one of several can. The holder writes it anew every Every. Whoever finds it asks
// whether it has run out: that is told by the bucket's clock alone, which says when the object was written and what
// time it is now, so that clocks of machines that differ do no harm.
//
// The holder gives up before another may take over: it counts TTL less Margin from the moment before its last
// successful renewal was sent, by its own clock, of which only the speed matters, while the bucket counts TTL and
// Grace from the moment after. When the count ends, the context of the lease is cancelled. It is looked at every
// second against the wall clock besides, as the monotonic one stands still while a laptop sleeps. What must not happen
// twice, such as a paid request, calls Check right before.
package lease
