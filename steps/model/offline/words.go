package offline

import "strings"

// articles and fillers are what a terse command goes without.
var (
	articles = set(`the a an this these those its their his her our my your`)
	fillers  = set(`
		all very just also now then again maybe perhaps
		first next still even only both indeed each every
		any some once yet already so well please
		either too quite likely rather instead ourselves myself though
	`)
)

// functionWords carry no content: they end a noun phrase, and no command ends with them.
var functionWords = union(articles, fillers, markerWords, set(`
	i me we us you he him she it they them one ones who whom whose which what where when why how
	myself itself themselves himself herself yourself someone something anything everything nothing anyone everyone
	and or but nor if because since as than while whereas although though unless until whether
	of in on at by for with from to into onto about over under between among through during without within against
	after before above below per via like unlike upon toward towards across along around beyond behind beside besides
	is are was were be been being am isn't aren't wasn't weren't it's that's there's he's she's what's let's i'm i'd i'll
	i've we're we'll we've we'd they're they'll they've you're you'll you've you'd who's here's where's how's
	do does did done doing don't doesn't didn't have has had having haven't hasn't hadn't
	can could will would shall should may might must cannot can't couldn't won't wouldn't shouldn't
	not no yes okay ok hmm wait ah oh well yeah right sure alright hold
	there here thus therefore hence so however otherwise moreover furthermore additionally accordingly consequently
	that more such same other another much many few less least most enough several various certain else etc
	up down out off back away together apart ago always never often sometimes ever alone later soon
	able going trying using bit
	let lets got get make makes made seem seems
	vs versus eg ie
`))

// particles may end a command although they carry no content: "send A back".
var particles = set(`
	back out up down off away together apart instead again alone across over first anything everything nothing something
	correctly separately carefully directly exactly
`)

// isFiller reports whether a word can go without loss: a filler, or an adverb in "-ly".
func isFiller(lower string) bool {
	return fillers[lower] || len(lower) > 5 && strings.HasSuffix(lower, "ly") && !notAdverbs[lower]
}

var notAdverbs = set(`family reply apply supply multiply friendly likely unlikely early daily butterfly monopoly assembly anomaly`)

// isFunction reports whether a word is one of functionWords or an adverb.
func isFunction(lower string) bool { return functionWords[lower] || isFiller(lower) }

// subordinators begin a clause that a steer goes without.
var subordinators = set(`because since so which where although though but whereas unless while whose therefore thus`)

// weakWords say little by themselves; a noun phrase of nothing else is no content.
var weakWords = set(`
	thing things way ways lot case point part step steps idea fact sense kind sort type example question problem
	answer solution scenario situation time times moment mind something stuff approach result results total number
	numbers value values statement thought process information details
	good better best bad wrong correct true false possible different similar clear sure important obvious likely
	new old first second third last next final whole entire given following actual specific particular original
	big small large long short high low hard easy simple straightforward interesting strange weird tricky confusing
	exact main key various initial possible certain common usual general overall full proper
	one two three four five six seven eight nine ten
	person people user prompt line
	guess maybe think yeah assumption
	need want say says said mean means
	don't let's
`)

// emptyVerbs announce thought without saying of what: "think", "see", "go step by step".
var emptyVerbs = set(`
	think see go do start begin try proceed continue look get know make say be have know move take keep give come
	recap reason tell turn understand use want need like feel wonder believe remember approach figure break work let
	guess ponder process put structure write state mention note ask provide respond reply present follow
`)

func union(sets ...map[string]bool) map[string]bool {
	out := map[string]bool{}
	for _, s := range sets {
		for w := range s {
			out[w] = true
		}
	}
	return out
}

// abbreviations end in a stop that ends no sentence.
var abbreviations = set(`e.g i.e vs etc dr mr mrs ms st no fig eq cf al approx resp dept prof jr sr inc ltd u.s vol pp sec ch`)
