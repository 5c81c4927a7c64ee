// Package fault names the instants at which a kill could do harm, so that a test can strike at each of them.
//
// In the program as users have it, Point is an empty function and costs nothing. Built with the tag "faults" it obeys
// the environment (on.go says how): it kills its own process, without any warning, or keeps a tally of the points
// that were passed.
//
// The points, in the order in which an apply comes to them. "Synced" is the bytes of a file, "durable" is its name too.
//
//	lock: taken                 the project is locked, but the note of who holds it is not written
//	lock: noted                 it is
//	folder: made                a folder of the store or the output exists, but its name is not durable
//	object: temporary written   anything that goes into the store is in its temporary file, not synced
//	object: temporary synced    it has no name yet
//	object: linked              it has its name, which is not durable, and the temporary file is there too
//	object: durable             all is well, but the temporary file is there
//	object: deleted             a name was taken out of the store
//	away: about to be sent      the same for a store in a bucket: nothing was sent
//	away: answered              the service has stored it or refused it, or the process has given up
//	away: deleted               a name was taken out of the bucket
//	action: made                all objects of an action are stored, its record is not
//	action: recorded            its record is stored too
//	step: recorded              the last action of a step is recorded, the step's manifest is not stored
//	step: complete              the manifest is stored, the file is not published
//	publish: next remembered    it is remembered what a published file is about to be; the file is the old one
//	publish: written            the file is the new one, but is remembered as about to be
//	publish: remembered         it is remembered as it is
//	file: temporary written     a published file, a state or a memo is in its temporary file, not synced
//	file: temporary synced      it has not taken its place yet
//	file: renamed               it has, but its name is not durable
//	file: durable               all is well
//	question: intended          the intent of a call that may be billed is stored, the call is not made
//	question: answered          the answer is in memory
//	question: stored            the answers of a group are stored and indexed, and nobody was told
//	job: packed                 the input of a batch job is written on this machine
//	job: uploaded               it is at the service, the intent of the job is not stored
//	job: intended               the intent is stored, the job is not created
//	job: created                the service has answered, the job's name is not stored
//	job: recorded               it is
//	job: answers stored         a group of a job's answers is stored, and nobody was told
//	job: read                   all of them are, the end of the job is not
//	job: ended                  it is too, the input is still at the service
//	ledger: segment created     records are durable in the bucket, the index does not know them
//	index: laid out             a new index has its tables, but for the commit
//	index: begun                a transaction of the index is open
//	index: outcomes entered     it has outcomes, but not what they end
//	index: complete             all is in it but the commit
//	index: committed            it is durable
//	merge: created              the merged segment is durable, the index does not know it
//	merge: indexed              it does, and the old segments are all there
//	merge: dropped              an old segment is gone from the bucket and from the index
//	run: described              what the steps rested on is stored, the run is not recorded
//	run: recorded               it is
//	state: published            pipeline_state.json is written
//	memo: saved                 the digests of inputs are remembered
package fault
