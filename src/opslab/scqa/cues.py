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


STRONG, WEAK = 3.0, 1.0
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
# Labels that a writer may put before a part.
LABELS = re.compile(
    r"[\W_]{0,4}(?:"
    r"(?P<S>S|situation|background|context|情[境景]|背景|现状)"
    r"|(?P<C>C|complication|problem|conflict|冲突|矛盾)"
    r"|(?P<Q>Q|question|疑问|问题)"
    r"|(?P<A>A|answer|proposal|recommendation|advice|回答|答案|方案|建议|对策)"
    r")[\W_]{0,2}[:：][\s*_]*",
    re.I,
)
CUES = {
    "S": (
        (
            STRONG,
            _words(
                r"^(\S+ ){0,2}(everyone|everybody|all of us|we all|nobody doubts?)\b",
                r"\b(agreed|undisputed|accepted)\b|\bwe agree\b",
                r"\bas (we|you|all of us) know\b",
                r"\b(well|commonly|widely) known\b",
                r"^(for|over|since|in) (a|an|the|many|several|some|\w+) ?(last|past)?\s?(years?|months?|weeks?|\d{4})\b",
                r"^(today|currently|at present|until now|so far|to date|traditionally|usually|as usual)\b",
                "大家都|众所周知|人人都|我们都|都同意|都知道|没有争议|共识",
                "^(一直|多年来|[一二三两几半]年来|长期以来|目前|如今|现在|至今|通常|历来|向来)(?!还没)",
            ),
        ),
        (
            WEAK,
            _words(
                r"\b(each|every) (hour|day|night|morning|evening|week|month|quarter|year|season)\b",
                r"\b(for|since) (\w+ years|\d{4})\b",
                r"\b(always|usually|normally|so far)\b",
                "每(天|晚|周|月|年|个月|季度)|一共|共有|已经.{1,6}年|开了|办了|成立|一向",
            ),
        ),
    ),
    "C": (
        (
            STRONG,
            _words(
                r"^(but|yet|however|still|nevertheless|nonetheless|unfortunately|despite|although|even so|worse)\b",
                r"\b(the (problem|trouble|difficulty|catch|snag) (is|lies)|no longer|contradicts?|surprising(ly)?)\b",
                "^(但|可是|然而|不过|遗憾|不幸|没想到|奇怪)",
                "(问题在于|麻烦在于|反而|不再|却)",
            ),
        ),
        (
            WEAK,
            _words(
                r"\b(not|never|no|fails?|failed|fell|falls?|drops?|dropped|worse|risk|threat|problem|difficult|lost?|loses?)\b",
                r"n't\b|[;,] (but|yet|however)\b",
                r"\b(half|a (third|quarter|fifth|tenth)|(one|two|three|four|nine|\d+) in \w+|(twice|\w+ times) as|too)\b",
                rf"\b({COUNT}) \w+ in ({COUNT}|ten)\b|\b({COUNT}) of (the )?(last )?(ten|twelve|\w+ty|\d\d+|a hundred)\b",
                r"\b(contradict|disagree|mismatch|gap)\w*",
                r"\b(though|instead|only|nobody|nothing|less|fewer|halved|doubled|tripled|shrank|declin\w+|losing|quit|left|broke|cost us|overrun|late"
                r"|fell|rose|grew|slow(s|ed|er)|stopped|complain\w*|closed|unanswered|missed|sank|jumped|since doubled|have since)\b",
                "每[二两三四五六七八九十].{1,8}(里|中).{0,3}有|退订|取消关注|不|没|难|下降|流失|风险|矛盾|危险|减少|少了|降|跌|涨|亏|慢|投诉|只有|变|停了|超|[一二三四五六七八九]成|分之|一半|太",
            ),
        ),
    ),
    "Q": (
        (2 * STRONG, _words(r"[?？]\s*[\"”’)）]*\s*$")),
        (2 * STRONG, INDIRECT),
        (
            STRONG,
            _words(
                r"^(so )?(we|i) (have to )?ask\b",
                r"\bthe question (is|remains|arises)\b",
                "(问题是|我们问|要问的是|该不该|是否应)",
            ),
        ),
        (
            WEAK,
            _words(
                r"^(how|what|why|who|whom|which|where|when|should|can|do|does|is|are)\b",
                "(怎么|如何|为什么|什么|谁|哪|几|吗|呢)",
            ),
        ),
    ),
    "A": (
        (
            STRONG,
            _words(
                r"\b(our|my) (answer|advice|proposal|recommendation|solution|plan|conclusion)\b",
                r"\b(here is|there is|this is) (a|one|our|the) (solution|remedy|way)\b",
                r"\b(we|i)( therefore| thus)? (propose|recommend|suggest|advise)\b",
                r"^(\S+ ){0,5}(should|must|ought to|needs? to|have to|has to|let us|let's)\b",
                r"^(therefore|hence|so (we|let)|yes\b|no[,:;]|that is why)",
                "(我们|我|本人|团队)的?(回答|答案|建议|提议|方案|结论|对策)|建议|^(因此|所以|为此|应该|应当|必须)|应该|应当|必须|该(?!怎|如何|不该)",
            ),
        ),
        (
            2 * WEAK,  # an imperative
            _words(
                rf"^(please |first,? |then,? )?({DO})\b",
                "^(先|再)?(让|停止|停掉|停|改|把|请|给|试|拿|由|派|关|加|减|增加|减少|取消|保留|开放|推出|换成)|^从.{1,8}起|^(先|今后|以后)|改[为成到]",
            ),
        ),
        (
            WEAK,
            _words(
                r"\b(i|we) would\b",
                r"\b(we will|from now on|next (week|month))\b",
                "^每[周月天]|试行|我们(要|将|会)|^下个?(周|月|季度|年)起|^(周[一-日末]|[本下]周|下个?月|明天).{0,4}(加|减|改|开|关|停|做|办|换)",
            ),
        ),
        (WEAK, UNCERTAIN),  # only who proposes something says under which condition
    ),
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
CONTESTED = _words(
    r"\b(i|we) (think|believe|feel)\b",
    r"\b(arguably|supposedly|terrible|awful|great|excellent|wonderful|brilliant|stupid"
    r"|unfair|best|worst|too (much|many|few|little|high|low|slow|expensive|dear))\b",
    r"\b(should|must|ought to|because of|thanks to|fault|blame)\b",
    r"\b(some|many|critics) (say|claim|argue)\b",
    r"(?<!the )\bbetter\b|\b(worse|smoothly|successful(ly)?|popular|poorly|badly)\b|\b(good|bad)\b(?! (friday|deal))"
    r"|\b(works?|runs?|goes|go|does|do|did|doing|sells?|perform\w*|made|managed|organi[sz]ed|received) (\w+ )?well\b",
    "我(们)?(认为|觉得|相信|看来)|最好|最差|糟糕|太(多|少|高|低|贵|慢)|优秀|出色|不错|成功(?!率)|合理|完善|领先|落后|满意(?!度)"
    "|(很|非常|特别|十分|相当|挺|更|越来越)(好|棒|差|强|弱|顺利|受欢迎)(?!评)|做得好|好多了|应该|应当|必须|有人(说|认为)|怪|归功于|不公平",
)
# A question that asks for a way, and leaves open in which field it lies.
OPEN = _words(
    r"\bwhat (should|shall|can|could|do|must|would) (we|i|one)\b|\bhow (should|shall|can|could|do|would)\b|\bwhat (would|could|can|will) \w+",
    "怎么办|怎么做|做(些|点)?什么|怎样|如何|靠什么|拿什么",
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

# Fields of operations: an answer from another field than all the rest probably answers another question.
FIELDS = {
    "money": _words(
        r"\b(yuan|money|costs?|spen[dt]\w*|budget\w*|pa(y|id|ys|ying|yment\w*)|prices?|fund\w*|dues|fees?|cheap\w*|revenue|expens\w+|invest\w*)\b",
        "元|钱|成本|花费|预算|(?<!免)费|基金|投[入放到]|付|价格|收入|奖励|投",
    ),
    "messages": _words(
        r"\b(messag\w+|notif\w+|push\w*|sen[dt]\w*|writ\w+|mut(e|ed|ing)|recall\w*|remind\w*|e-?mails?|letters?)\b",
        "消息|推送|短信|静音|召回|提醒|邮件|写给|发[几三给]|该发|都发|不发",
    ),
    "market talk": _words(
        r"\b(rivals?|competitors?|posts?|talk\w*|mention\w*|market|themes?|attitudes?|brands?|listen\w*|reputation|reviews)\b",
        "竞品|对手|帖子|(?<![访面洽])谈|提到|市场|主题|态度|品牌|声音|讨论|口碑|评论",
    ),
    "first days": _words(
        r"\b(trials?|free of charge|new users?|day \d+|onboarding|sign-?ups?|first (day|week|hour|experience)|welcom\w+|newcomers?)\b",
        "试用|新用户|第[一二三四五六七八九十\\d]+天|(免费|首次|初次|新手)体验|体验(课|价|期|券|版|装)|首日|注册|新人|上手",
    ),
    "advertising": _words(
        r"\b(adverti\w+|ads?|feeds?|channels?|campaigns?|clicks?|acquisition|marginal)\b", "广告|投放|渠道|信息流|点击|获客|边际"
    ),
    "groups": _words(r"\b(groups?|members?|moderators?|rota|answers? (in|of) the group)\b", "社群|群|会员|群管"),
    "retention": _words(
        r"\b(retention|retain\w*|come back|came back|stay\w*|leav(e|es|ing)|left us|churn\w*|quiet|warn\w*)\b",
        "留存|流失|离开|回来|沉默|预警|留下",
    ),
}  # fmt: skip
STOP = _set(
    """
    the a an of to in on at by for from with and or but so we our us it its is are was were be been do
    does did has have had will would should must can could this that these those what which who whom
    whose how when where why not no more most than them they their there each every all any some one two
    as if then now next last week month year question answer everyone
    """
)
