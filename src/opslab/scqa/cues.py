"""The words by which the coach knows a part, a fault or a field. Written from general use.

Each cue has a weight: how much its presence speaks for the part. Words of rhetoric only, so that a text on
any subject can be read; the fields of operations serve one rule, whether the answer stays with the question.
"""

# ruff: noqa: E501
# A list of words is read as one line for each kind.

import re


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.I)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


COUNT = r"one|two|three|four|five|six|seven|eight|nine|\d+"
# Verbs of work; an English sentence that begins with one proposes something.
DO = (
    "accept|add|agree|allow|announce|arrange|ask|assign|begin|book|bring|build|buy|call|cancel|change|charge|check|choose|clean|close"
    "|collect|compare|continue|copy|count|create|cut|decide|delay|deliver|divide|double|drop|employ|end|extend|fill|find|fix|follow|form"
    "|give|go|halve|hire|hold|increase|install|introduce|invest|invite|keep|launch|lead|learn|leave|lend|let|limit|lower|make|mark|measure"
    "|meet|merge|move|name|offer|open|order|organi[sz]e|pair|pay|phone|pick|place|plan|plant|post|prepare|print|promise|publish|put|raise"
    "|read|record|reduce|remove|rent|repair|repeat|replace|reserve|return|run|scan|sell|send|serve|set|share|shift|ship|shorten|show|sign|sort"
    "|spend|split|start|stay|stop|store|swap|switch|take|talk|teach|tell|test|track|trade|train|treat|try|turn|use|visit|wait|warn|wash|watch"
    "|water|withdraw|work|write"
    "|apply|appoint|approve|attach|avoid|bar|block|borrow|cap|carry|cease|clear|combine|commission|convert|cover|deduct|delegate|deploy|design|direct|display|distribute|divert|donate|draw|drive|email|empty|engage|enlarge|enrol|escort|exchange|exempt|expand|fence|fetch|file|fit|freeze|fund|get|grant|guard|hand|halt|hang|have|heat|inform|inspect|insure|issue|label|lay|lease|link|list|load|lock|mail|mend|mount|negotiate|notify|obtain|outsource|pack|paint|park|patch|pause|permit|point|postpone|prolong|provide|pull|push|put|reassign|recruit|redirect|refer|refund|refuse|reject|release|relocate|remind|renew|replace|reopen|report|request|reroute|reschedule|restore|restrict|resume|retain|review|revise|ring|rotate|scrap|seal|seek|select|separate|settle|shelve|shut|skip|source|stagger|station|stick|stock|submit|supply|suspend|tape|tie|transfer|unlock|unpack|update|upgrade|walk|wire"
)
# A doubt in words, in a main or a subordinate clause: "we do not know", "though it is not yet clear".
DOUBT_EN = (
    r"\b(cannot|can't|can not|could not|couldn't) (yet )?(know|say|tell|guess|prove|promise|guarantee|be (sure|certain))\b"
    r"|\b(not|n't|never|nobody|no one|hardly) (\w+ ){0,3}(clear|certain|sure|proven|proved|guarantee\w*)\b"
    r"|\b(has|have) not (yet )?(been )?(\w+ )?(seen|tested|measured|asked|shown|checked)\b|\b(is|remains|stays) (still )?(open|to be seen)\b"
    r"|\b(we|nobody|i) (\w+ )?(do not|don't|cannot|can't) (yet )?(know|tell|say)\b|\bnobody (knows|has (measured|shown|tested|asked))\b"
    r"|\b(uncertain|unknown|interval)\b"
)
DOUBT_ZH = "不(知道|清楚|确定)|(没|无)法(保证|确定|判断)|不能(保证|确定|肯定)|说不(准|定)|难说|难以(判断|预料)|未必|不一定|不见得|有待|尚未|没人(知道|敢说)|谁也(不|没)|区间|没有(数据|把握)"
UNCERTAIN = _words(
    DOUBT_EN,
    DOUBT_ZH,
    r"\b(between|interval|about|roughly|probably|likely|perhaps|maybe|uncertain|unsure|unclear|open question|unless|if|whether|at least|at most|up to"
    r"|(could|might) (\w+ )?(be|have|mean|turn out)|(we|nobody|i) (do not|don't|can only) (know|say|tell|guess)|guess\w*|expect\w*|wrong"
    r"|test|try|trial|pilot|assum\w+|estimat\w+|margin|look again|count|review|measure|compare|decide after|before and after|limit|below|above|beyond|(more|less|fewer) than)\b|±|(^|[.!] )should [^?]*[.]",
    "大约|大概|左右|可能|也许|或许|不好说|没把握|预计|至少|至多|除非|如果|要是|若|假设|估计|试|再看|再(决定|定|算|数)|对比|比较"
    "|不到|超过|低于|高于|少于|直到|调整|先(试|做|办|在)|看看|要看|就(停|改|退|撤|恢复|再|不再)|才知道|才能确定|是否|没问过",
)
# What says wherever it stands that something is not known: in words, or as an interval.
UNKNOWN = _words(DOUBT_EN, DOUBT_ZH, r"\d ?%? to [\d.,]+ ?%|±")
# A question without a question mark: who has to decide, or wants to know, and what. An imperative asks nobody.
ASKED_EN = "(whether|if|which|what|how|where|when|who|whom|whose|why)"
ASKED_ZH = (
    "(是否|要不要|该不该|能不能|值不值|会不会|可不可|有没有|哪|谁|什么|怎么|怎样|如何|多少|多久|几|何时|还是)"
)
INDIRECT = _words(
    rf"^(?!({DO})\b)(\S+ ){{1,8}}?(has|have|had|needs?|wants?|is|are|must|should|would like)( not| now| yet| first| still)*( to)?"
    rf" (decided?|choose|chosen|settled?|determined?|agreed?)( \w+){{0,2}} {ASKED_EN}\b",
    rf"^(?!({DO})\b)(\S+ ){{1,8}}?(has|have|had|needs?|wants?|would like) to (know|learn|hear|see|find out|understand|say) {ASKED_EN}\b",
    rf"^(?!({DO})\b)(\S+ ){{1,8}}?(asks?|asked|wonders?|wondered|(is|are) asking)( us| me)? {ASKED_EN}\b",
    rf"\bto be (decided|settled|chosen|answered|agreed)( \w+){{0,2}} {ASKED_EN}\b",
    rf"^{ASKED_EN}\b.*\b(is (what|for) .* to (decide|settle|choose|say)|(has|is|needs|remains) (still )?to be (decided|settled|chosen))\b",
    rf"(?<![不再才])(想|要|需要?|必须|得|还没|尚未)(尽快|先|一起)?(知道|了解|弄清楚?|搞清楚?|决定|确定|选定?|判断|讨论|商量)[^。；]{{0,16}}?{ASKED_ZH}",
    rf"^(?![先再请去让])[^，。每]{{1,8}}(问|纠结|犹豫|争论)(了|过|我们|道|的是)?[，：]?[^。；]{{0,16}}?{ASKED_ZH}",
)
# A state that goes on as it was.
SAME = _words(
    r"\b(is|are|was|were|be|been|remains?|stays?|stayed|remained|continues? with|with|at) (exactly |all |just |much )?the same\b|\b(the )?same as\b|\bas (before|ever|always|usual|it (was|is|has been)|they (were|are|have been))\b|\bunchanged\b|\bstill (so|holds?|true|the case|in place|valid|like that)\b"
    r"|\bno (change|changes|news)\b|\bcontinues? (as|to|unchanged)\b|\bnothing (has |is |was )?(changed|new|different|happened)\b|\bremains? (so|as|in place|in force)\b|\bstays? (so|as|in place)\b|\bgo(es)? on as\b|\bnot changed\b",
    "照旧|照常|照样|如常|不变|没有?(什么|任何)?(变化|变动|改变)|一切(照旧|正常|如常|顺利)|(跟|和|与|同|像)?(以前|往年|去年|从前|原来|过去|平时|上周|上月|之前)(差不多)?一样|仍然|仍旧|仍是|依然|依旧|老样子|还是(这样|如此|那样|老|原)|也还是|没变|一如既往",
)
# Where a question ends, or hands over to a second one.
ASKED = _words(
    r"[?？]+|[,;] (?:and|or)(?: also)? (?:what|which|who|whom|how|when|where|why|should|shall|can|could|do|does|is|are|will|would|may|must)\b(?=[^?]*\?)"
)
CUES = {
    "S1": _words(
        r"^(\S+ ){0,2}(everyone|everybody|all of us|we all|nobody doubts?)\b",
        r"\b(agreed|undisputed|accepted)\b|\bwe agree\b",
        r"\bas (we|you|all of us) know\b",
        r"\b(well|commonly|widely) known\b",
        r"^(for|over|since|in) (a|an|the|many|several|some|\w+) ?(last|past)?\s?(years?|months?|weeks?|\d{4})\b",
        r"^(today|currently|at present|until now|so far|to date|traditionally|usually|as usual)\b",
        "大家都|众所周知|人人都|我们都|都同意|都知道|没有争议|共识",
        "^(一直|多年来|[一二三两几半]年来|长期以来|目前|如今|现在|至今|通常|历来|向来)(?!还没)",
    ),
    "S2": _words(
        r"\b(each|every) (hour|day|night|morning|evening|week|month|quarter|year|season)\b",
        r"\b(for|since) (\w+ years|\d{4})\b",
        r"\b(always|usually|normally|so far)\b",
        "每(天|晚|周|月|年|个月|季度)|一共|共有|已经.{1,6}年|开了|办了|成立|一向",
    ),
    "C1": _words(
        r"^(but|yet|however|still|nevertheless|nonetheless|unfortunately|despite|although|even so|worse)\b",
        r"\b(the (problem|trouble|difficulty|catch|snag) (is|lies)|no longer|contradicts?|surprising(ly)?)\b",
        "^(但|可是|然而|不过|遗憾|不幸|没想到|奇怪)",
        "(问题在于|麻烦在于|反而|不再|却)",
    ),
    "C2": _words(
        r"\b(not|never|no|fails?|failed|fell|falls?|drops?|dropped|worse|risk|threat|problem|difficult|lost?|loses?)\b",
        r"n't\b|[;,] (but|yet|however)\b",
        r"\b(half|a (third|quarter|fifth|tenth)|(one|two|three|four|nine|\d+) in \w+|(twice|\w+ times) as|too)\b",
        rf"\b({COUNT}) \w+ in ({COUNT}|ten)\b|\b({COUNT}) of (the )?(last )?(ten|twelve|\w+ty|\d\d+|a hundred)\b",
        r"\b(contradict|disagree|mismatch|gap)\w*",
        r"\b(though|instead|only|nobody|nothing|less|fewer|halved|doubled|tripled|shrank|declin\w+|losing|quit|left|broke|cost us|overrun|late"
        r"|fell|rose|grew|slow(s|ed|er)|stopped|complain\w*|closed|unanswered|missed|sank|jumped|since doubled|have since)\b",
        "每[二两三四五六七八九十].{1,8}(里|中).{0,3}有|退订|取消关注|不|没|难|下降|流失|风险|矛盾|危险|减少|少了|降|跌|涨|亏|慢|投诉|只有|变|停了|超|[一二三四五六七八九]成|分之|一半|太",
    ),
    "Q1": _words(r"[?？]\s*[\"”’)）]*\s*$"),
    "Q2": INDIRECT,
    "Q3": _words(
        r"^(so )?(we|i) (have to )?ask\b",
        r"\bthe question (is|remains|arises)\b",
        "(问题是|我们问|要问的是|该不该|是否应)",
    ),
    "Q4": _words(
        r"^(how|what|why|who|whom|which|where|when|should|can|do|does|is|are)\b",
        "(怎么|如何|为什么|什么|谁|哪|几|吗|呢)",
    ),
    "A1": _words(
        r"\b(our|my) (answer|advice|proposal|recommendation|solution|plan|conclusion)\b",
        r"\b(here is|there is|this is) (a|one|our|the) (solution|remedy|way)\b",
        r"\b(we|i)( therefore| thus)? (propose|recommend|suggest|advise)\b",
        r"^(\S+ ){0,5}(should|must|ought to|needs? to|have to|has to|let us|let's)\b",
        r"^(therefore|hence|so (we|let)|yes\b|no[,:;]|that is why)",
        "(我们|我|本人|团队)的?(回答|答案|建议|提议|方案|结论|对策)|建议|^(因此|所以|为此|应该|应当|必须)|应该|应当|必须|该(?!怎|如何|不该)",
    ),
    "A2": _words(
        rf"^(please |first,? |then,? )?({DO})\b",
        "^(先|再)?(让|停止|停掉|停|改|把|请|给|试|拿|由|派|关|加|减|增加|减少|取消|保留|开放|推出|换成)|^从.{1,8}起|^(先|今后|以后)|改[为成到]",
    ),
    "A3": _words(
        r"\b(i|we) would\b",
        r"\b(we will|from now on|next (week|month))\b",
        "^每[周月天]|试行|我们(要|将|会)|^下个?(周|月|季度|年)起|^(周[一-日末]|[本下]周|下个?月|明天).{0,4}(加|减|改|开|关|停|做|办|换)",
    ),
    "A4": UNCERTAIN,
    # What happened once, and what is so as a rule.
    "past": _words(
        r"(?<!\b(?:is|be) )(?<!\bare )(?<!\bbeen )\b(?!(need|feed|speed|seed|bleed|hundred|embed|shed|red|bed|used|based|called|named)\b)\w{2,}ed\b|\b(broke|brought|built|came|caught|cost|cut|fell|found|froze|gave|got|grew|had|hit|kept|left|lost"
        r"|made|met|ran|rose|said|sank|saw|sent|shut|sold|spent|stole|told|took|went|were|was|withdrew|won|wrote)\b",
        "了[一二两三四五六七八九十百千万几\\d]|了$|[^为除][了过](?![解不])",
    ),
    "when": _words(
        r"\b(last|this) (week|weekend|month|year|summer|winter|spring|autumn|season|quarter|term|night|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b|\b(yesterday|recently|lately|ago|since)\b"
        r"|\bin (january|february|march|april|may|june|july|august|september|october|november|december|the (last|past))\b",
        "昨天|前天|上(个?(周|月|星期|季度|学期)|旬)|今年|今春|去年|最近|近来|近(几|两|三)|自从|以来|[一二三四五六七八九十\\d]+月(份|初|底|中旬)?",
    ),
    "rule": _words(
        r"^(our|the|we|all|most|each|every|a|an) ([\w'-]+ ){0,4}(is|are|has|have|serves?|offers?|opens?|sells?|runs?|uses?|works?|employs?|gets?|takes?|keeps?|holds?|makes?|does|do|comes?|goes|go|provides?|teaches|trains?|carries|covers?|handles?|delivers?|looks? after)\b",
        "每(天|晚|周|月|年|个)|一共|共有|(^|，)我们.{0,6}(有|是|在|用|靠)|负责|平时|一般|都是|都(由|在|用|有)",
    ),
    # As it has long been.
    "long": _words(
        r"\b(has|have|'ve) (always |long )?(\w+(ed|en)|run|held|kept|grown|led|had|been|done|taken|given|worked|met|sung|made) .*\bsince\b|\bsince (the (start|founding|beginning|opening)|we (opened|started|began)|\w+'s day|(19|20)\d\d)\b|\bfor (as long|years|decades|many|ages|generations|over|more than)\b"
        r"|\b(always|usually|normally|traditionally|until now|so far|as (we|you|all of us) (all )?know|each|every)\b|\b(is|are) (\w+ly |all )?(\w+ed|made|sold|kept|held|run|given|sent|paid|done|taken|written|put|built|grown|driven|taught|fed|set|cut)\b(?! (by|from) (mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|next))",
        "一直|一向|历来|多年|向来|以往|从来|[用开做干办]了.{1,4}年|从.{1,4}起就|多半|固定|照例|惯例|原本|本来|归.{1,6}管|都(停|放|摆|送|在|由|用|走|靠|是)|每(天|晚|周|月|年|季|逢|次|批|个)",
    ),
    # As it is only now, or is about to be.
    "now": _words(
        r"\b(now|this time|going to|any ?more|more and more|hardly any\w*|from (next|monday|tuesday|wednesday|thursday|friday|january|february|march|april|may|june|july|august|september|october|november|december)|(has|have) been \w+ing|is being|are being|until further|about to|wants?|needs?|insists?|announced|told us|wrote|says?|will)\b|\bso \w+ that\b",
        "正在|天天|偏偏|突然|忽然|居然|竟|一下子|越来越|快要|眼看|下(周|个?月|学期|季度)|今后|从.{1,4}起(?!就)|说(要|不|做|到)|来催|多花|罢工|刚(刚)?|才(?!能)|新来|新(规|政|法)|有人|几乎没|快(没|满)|临时",
    ),
    "advice": _words(
        r"\b(propose|proposal|suggest\w*|recommend\w*|advi[cs]e\w*|let us|let's|should|must|ought)\b(?![^?]*\?)",
        "(建议|提议|主张|打算|不如|最好|应该?|请|先|改)(?![^。]*[?？])",
    ),
    # Something happened that ends a state.
    "event": _words(
        r"\b(broke|broken|breaks|died|dies|dead|flood\w*|quit|resign\w*|retire[sd]?|bankrupt\w*|insolven\w*|expire[sd]?|bann?\w*|forb[aio]d\w*|doubl\w+|tripl\w+|halv\w+|drop(s|ped)|clos(es|ed|ing)|cancel\w*|withdr\w+|refus\w+|reject\w*"
        r"|stop(s|ped)|run out|ran out|runs out|burn\w*|stolen|leak\w*|delay\w*|limits?|limited|gone|empty|stuck|jam(s|med)|crash\w*|fail(s|ed)?|collaps\w+|out of (use|order|stock|date|service)|no longer|any longer|los[et]s?|fell|fall(s|en)?|rose|risen|raised?|raises"
        r"|new (rules?|law|tenant|owner|manager|rival|competitor)|sold|moved? (out|away|to)|left|leaves|leaving|ill|sick|injur\w*|suspend\w*|revok\w*|discontinu\w*|terminat\w*|gives? notice|given notice|gave notice|complain\w*|threat\w*|demand\w*|strikes?|shortage|short of|overflow\w*"
        r"|crack\w*|mould|mold|rust\w*|infest\w*|late|missing|wrong|unable|only \w+ (of|can|have)|too (\w+ )?(to|for)|not (\w+ )?enough|never|unpaid|owe[sd]?|fine[sd]|su(ed|ing)|took over|taken over|merg\w+|cut(s|ting)?|shrank|shr[iu]nk\w*|vanish\w*|turned (down|away)|fewer|less)\b",
        "坏|停(?!车)|断|漏|涨|跌|辞|离职|离开|请(了)?.{0,3}假|休(?!息|闲)|骨折|住院|生病|病倒|关(闭|门|停|掉)|撤|取消|到期|过期|失效|不再|破产|倒闭|被|没有一|禁止|不(准|许|让|能再|够|足|肯|愿)|要求|通知|宣布|翻(了|一)|淹|进水|积水|着火|起火|烧|偷|丢|缺|超(过|出|标)?|租给|卖给|退(?!休金)|罚|投诉|抱怨|拒|改(道|制|期|成)|搬(走|到)|拆|塌|裂|堵|故障|死|"
        "压(到|低)|只剩|只有|不到|减(少|半)|少了|流失|增(加|到)|多了|翻倍|加倍|来不及|排不|赶不|用完|见底|卖光|断供|缺货|延(期|误|迟)|晚了|误|错|跑了|走了|没(?!有?变)",
    ),
    "asked": _words(
        r"^(?!if\b)(?!.*(?:\b(not|nobody|never|unknown|uncertain|decide|test|trial|after)\b|n't))[^?]*\b(whether|as to (what|who|how|when|where|which))\b|\b(of|about|on|over|tell|say|see|hear|agree|discuss|clear|question|point|view|opinion|know|answer) (what|who|whom|how|when|where|which|why|if)\b|^(your|the|her|his|their) question\b",
        "(的|这个)问题(还|上|是|由|要|请)|(让|叫|请)我.{0,6}(意见|想法|答复|说法)|等(着)?我?(们)?(的)?(答复|回话|决定|一句话)|请您?(们)?(定|拍板|决定)|(问|打听|追问|询问)(过|了|起|到|我|我们|的是)?[，：:]",
        r"\b(ask(s|ed|ing)?|wonder(s|ed|ing)?|wants? to (know|hear|learn|see)|wanted to (know|hear|learn|see)|like to (know|hear)|unsure|undecided|settled?|open)\b.{0,40}?\b(whether|if|what|which|who|how|when|where|why)\b"
        r"|^(the question|it is (still )?(open|unclear)|what|whether|which|who|how|when|where|why)\b[^?]* (is|was|remains)\b[^?]*$",
        "(问|想知道|请示|想听听|商量|讨论|没定|定不下|拿不准)[^。]{0,24}(能不能|是否|要不要|该不该|还是|怎么|如何|谁|哪|多少|什么|会不会|可不可以|行不行|不)",
    ),
    # By form: a bare verb before its object; in Chinese a verb without a subject.
    "imperative": _words(
        r"^(?:please |first,? |then,? |so |and |let us |let's )?(?!(?:all|both|each|every|half|such|what|with|from|at|in|on|by|for|to|of|than|as|if|when|while|since|until|after|before|because|though|although|but|yet|and|or|nor|so|even|only"
        r"|just|once|here|there|now|then|are|do|did|can|may|will|would|could|should|must|might|we|i|you|they|he|she|it|who|how|why|where|which|under|over|near|inside|behind|between|along|about|without|within|like|unlike|despite|given)\b)"
        r"[a-z]*[a-rt-z]\b(?<![^e]ed)(?<![a-z]{2}ing)(?: (?:up|out|off|back|down|over|away|in|on))? (?:the|an?|each|all|every|them|it|him|her|us|me|one|two|three|four|five|our|your|their|his|my|its|this|these|those|both|some|any|no|more|for|only|\d+)\b"
        r"|^[a-z]+ (?-i:[A-Z])\w+ (?:to|for|in|from|as|the|a|and|before|by)\b",
        "^(?:请|先|再|就|暂时?|立(?:即|刻)|马上|临时|单独|尽快|统一|今天|明天|今晚|本?下?周[一二三四五六日末]?|从[^，]{1,8}起|建议|不如|最好)*(?:联系|安排|通知|组织|申请|开放|租|借|买|换|调|派|请|让|把|用|由|向|给|找|改|定|订|雇|招|聘|签|开(?!了|业)|关(?!于|了)|停|修|装|设|增"
        "|减|加|搬|移|送|发|印|贴|问|查|试|放|办|谈|退|卖|收|分|排|采|做|留|保|取|暂|拿|拨|补|交|走|上|写|打|约|带|选|叫|建|挂|拆|按|照|对|推迟|延|暂停|取消|聘|委托|外包|绕|封|搭|架|铺|增|抽|轮|合|拼|缩|提前|推后|降|提|垫|付|赔|续|报|登|公示|贴|广播|转|迁|挪|腾|空出|预|购|配|维|抢|清|打|消毒|恢复|启|重|备|不降|不涨|等|照样|到|去|在|以|至)(?!了|过|着|的|是|员|业|务|系统|门|台)[^。？?]*。?$",
    ),
    "because": _words(r"^(because|for|since|as|now that|given that)\b", "^(因为|由于|既然|因)"),
    "ask": _words(
        r"\b(whether|decide|decision|know|choose)\b", "是否|要不要|该不该|还是|决定|吗|呢|多少|怎么|如何"
    ),
    "same": SAME,
    "end": _words(r"\.[\"”’)）]*$", "。[”’）]*$"),
}

# Something one could check: a quantity, a date, a comparison, a condition, a group marked off.
NUMBER_EN = (
    r"\d|\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|half|twice|double"
    r"|third|quarter|per cent|percent|once|everyone|nobody|none|zero)\b|%|\bevery (second|other|\w+th)\b"
)
NUMBER_ZH = (
    r"[零一二两三四五六七八九十百千万亿半几]+(个|人|天|周|月|年|元|块|条|成|倍|次|篇|分之|名|组|位|点|级|小时|分钟|万|千|百|会费|用户|以上|以下)"
    r"|(?<!第)[二两三四五六七八九十百千万亿]+(?![一思]|分[^之])[\u4e00-\u9fff]|百分之|一半|一倍"
)
NUMBER = _words(NUMBER_EN, NUMBER_ZH)
# "once" and a bare "one" also speak of no quantity, "everyone" of none that one could dispute.
QUANTITY = _words(
    r"\d|%|\b(two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|hundred|thousand|half|twice|third|(a|three) quarters? (of|more|less))\b"
    r"|(?<!no )(?<!any )(?<!every )\bone (?!of|can|could|may|might|must|should|would|has|is|day|another)\w+",
    NUMBER_ZH,
)
CHECKABLE = _words(
    r"\b(than|until|unless|before|after|by (monday|tuesday|wednesday|thursday|friday|saturday|sunday|the end))\b",
    r"\b(those|people|users|members|customers|whoever|everyone|all) (who|whose|whom|that|with|without)\b|\bwhoever\b",
    r"\b(most|least|fewest|fewer|highest|lowest|nobody|none)\b(?! of the time)", r"\bas \w+ as\b",
    r", (and )?not \w+",
    "比.{1,12}(多|少|高|低|快|慢|好|差|早|晚|贵|便宜)", "以前|以后|之前|之后|直到|除非|最(多|少|高|低|快|慢|早|晚)", "(过|了|着|来|走|离开)的(人|用户|会员|顾客)",
)  # fmt: skip
# Judgements, causes and demands. Superlatives that can be measured (largest, latest) are none.
CONTESTED = _words(
    r"\b(i|we) (think|believe|feel)\b|\b(some|many|critics) (say|claim|argue)\b|\b(must|should|ought to) (finally|have|really|at last)\b|\bought to\b|\b(because of|thanks to|fault of|to blame|(my|your|his|her|its|our|their) fault)\b",
    r"\b(obviously|clearly|undoubtedly|undeniably|without (a )?(question|doubt)|needless to say|frankly|of course|arguably|supposedly|(can't|cannot) be bothered|second to none|by far|waste of|envy of)\b",
    r"\b(terrible|awful|great(?! (deal|many|number|hall|aunt|uncle|britain))|excellent|wonderful|brilliant|stupid|unfair|best|worst|laz\w+|careless\w*|sloppy|rude\w*|arrogan\w+|incompeten\w+|useless\w*|hopeless\w*|pathetic|ridiculous\w*|absurd\w*|silly|foolish\w*|ugly|boring|dull|outdated|old-fashioned|chao(s|tic)|mess|messy"
    r"|clumsy|inefficien\w+|wasteful|unreliable|greedy|dishonest|lousy|mediocre|poorly|badly|shoddy|dreadful|horrible|disast\w+|catastroph\w+|scandal\w*|shame\w*|disgrac\w+|embarrass\w+|unacceptable|inexcusable|irresponsib\w+|negligen\w+|overpriced|overrated|pointless|senseless"
    r"|superb|outstanding|fantastic|amazing|perfect\w*|ideal|magnificent|marvell?ous|splendid|first-class|world-class|unrivall?ed|unmatched|unbeatable|delightful|charming|friendly|unfriendly|joke|nightmare|shambles|nonsense|clever|genius|sadly|luckily|smoothly|successful(ly)?|talented|gifted|impressive|beautiful|lovely|attractive|unattractive)\b",
    r"\b(?!(?:west|east|north\w*|south\w*|rest|test|guest|forest|harvest|interest|request|suggest|contest|honest|invest|protest|arrest|chest|nest|quest|conquest|digest|manifest|modest|priest|largest|smallest|biggest|oldest|youngest|latest|newest|nearest|longest|shortest|tallest|highest|lowest|earliest|closest|lest|crest|pest|vest|attest|midwest|budapest|ernest|everest)\b)\w{3,}est\b",
    r"\bmost \w{3,}(ful|less|ous|ive|ent|ant|ible|able|ing|ic|al)\b|\btoo (much|many|few|little|high|low|slow|expensive|dear|big|small|old|lax|strict|soft|hard)\b|(?<!the )\b(better|worse)\b(?! off)",
    r"\b(is|are|was|were|do|does|did|an?|so|very|really) (very |really )?(good|bad)\b(?! (friday|deal|\d))|\b(works?|runs?|goes|go|does|do|did|doing|sells?|perform\w*|made|managed|organi[sz]ed|received) (\w+ )?well\b",
    "我(们)?(认为|觉得|相信|看来)|有人(说|认为)|怪|归功于|不公平|归咎|都是.{1,6}的错|责任在|毫无疑问|显然|当然|明明|居然|简直|根本(?!原因)|公认最|数一数二|首屈一指|本该|早该|理应|应该|应当",
    "最(好|差|棒|强|弱|懒|笨|难|美|漂亮|专业|受欢迎|认真|负责|糟|烂|慢|乱|累|不|没|有(?!可能)|优|先进|落后|合理|佳|聪明|出色|靠谱|用心|会)|糟糕|太(多|少|高|低|贵|慢|差|烂|乱|懒|死板)|优秀|出色|不错|合理|领先|落后|很?满意(?!度)|(很|非常|特别|十分|相当|挺|更|越来越)(好|棒|差|强|弱|顺利|受欢迎|烂|乱|懒)(?!评)|做得好|好多了"
    "|懒|粗心|马虎|傲慢|无能|没用|可笑|荒唐|愚蠢|难看|无聊|落伍|混乱|乱七八糟|低效|不靠谱|不负责任|差劲|垃圾(?!桶|车|站|房|箱|分|袋|处)|平庸|灾难|丢人|丢脸|不像话|离谱|黑心|完美|一流|顶级|无敌|敷衍|拖拉|磨蹭|态度(很)?(差|恶劣|不好)|不专业|不上心|混日子|一塌糊涂|没人比得上|差得",
)
# A heading made of these words alone would fit any report.
GENERAL = _set(
    """
    introduction background overview context result results finding findings analysis data discussion
    summary conclusion conclusions observation observations recommendation recommendations next steps
    step issue issues problem problems statement challenge challenges solution solutions status update
    agenda miscellaneous other outlook point points reason reasons information situation complication
    thought thoughts remarks
    question answer market users user content community retention growth numbers some our the key main
    important general further several two three four five and of on for a an to about 背景 简介 引言 概述 概况 现状
    结果 发现 分析 数据 讨论 总结 小结 结论 建议 下一步 问题 挑战 方案 其他 展望 说明 情况 思考 原因 用户 市场 内容 社群 增长 留存 运营 关于 主要 几个 几点 若干 一些 我们
    的 与 和 及 一 二 三 四 五
    """
)


# A day, a sum, a name: what an answer can be held to.
FIRM = _words(
    r"\b(monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|april|june|july|august|september|october|november|december|today|tonight|tomorrow|noon|midnight|weekend|easter|christmas)\b|\b(this|next) (week|month|quarter|year|term)\b",
    "周[一二三四五六日末]|[今明后]天|今晚|[本下]周|月底|[本下]个?(月|季度|学期)|号|之前|以前",
)
# Words that promise or lament without saying what.
EMPTY = {
    "C": _words(
        r"\b(annoyed|difficult|difficulties|challeng\w+|not what (they|it) used to be|a topic|a lot of talk|an issue|issues|problems?|so well|complicated|unhappy|dissatisfied|not ideal|room for improvement|could be better|pressure|under strain)\b",
        "越来越难|有点烦|不如从前|不太好|讨论很多|成为问题|有(些|一些|不少|很多)?(问题|困难|挑战|压力|意见|不满)|不(太|够)?理想|不容乐观|有待(提高|改进|加强)|面临",
    ),
    "A": _words(
        r"\b(improve|optimi[sz]e|enhance|strengthen|tackle|focus on|prioriti[sz]e|consider|rethink|reflect|look into|look at (it|this|the|things)|think about|think (hard|again)|work on|work (harder|better|together)|pay (more |closer )?attention|keep an eye|keep (it )?in mind|be more|do (more|better|something|our best|whatever|what)|find (a|an|the|some|better)? ?(\w+ )?(way|ways|solution|solutions|balance|arrangement|answer|compromise)"
        r"|(get|do|work|plan|organi[sz]e|communicate|cooperate) better|better (communication|planning|organi[sz]ation|coordination|cooperation|service|quality|experience|solution|balance|messages)|take (it|this|the (matter|issue|problem|topic)|care|action|measures|steps)|make (sure|an effort|things|it better)|deal with|sensible|right balance|more (wisely|efficiently|carefully|closely|flexibl[ey]|modern|to the)"
        r"|wisely|smarter|seriously|act (on|now|soon|quickly|decisively)|come up with|try (harder|to|our best)|solve|sort (it|this|things) out|somehow|something|raise awareness|step up|as good as|as well as we can|everyone's (interest|benefit)|works for every\w+|listen more)\b",
        "提升|优化|改善|加强|强化|完善|重视|(多|持续|密切|更加?)关注|关注(一下|起来|预算)|努力|尽(力|可能|最大)|想(想)?(些|点)?办法|多想|加大(力度)?|妥善|统筹|进一步|做好|做得更|抓好|落到实处|探讨|处理好|解决好|(尽快|设法|好好|认真|积极|共同|一起)(研究|解决|应对|处理|想)|更(好|加|聪明|合适|有效|用心)|合适的(平衡|办法|方案|方式)"
        "|多(听|沟通|关心|花点)|高度|齐心|提高(认识|意识|质量|水平|效率|服务|重视|警惕)|引起重视|灵活(应对|处理|安排)|具体情况|合理安排|科学安排|上心",
    ),
}
