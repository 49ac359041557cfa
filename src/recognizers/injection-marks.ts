import type { Signal } from "./injection-signals.ts";

/** Signals of form: names, tokens, markup and commands, the same in every language. */
export const MARK_SIGNALS = {
	jailbreak_name: {
		words:
			"do anything now|strive to avoid norms|always intelligent and machiavellian|developer mode (?:output|enabled|v2|can|\\+)|chatgpt with developer mode|(?:jailbreak|dan|evil|anti-?dan|dude|mongo tom|betterdan|superior dan) (?:mode|prompt|enabled|persona)|jailbreak|evil (?:confidant|twin)\\b|niccolo machiavelli|opposite (?:mode|day)|dual (?:response|output|mode)|(?:two|2) (?:different )?(?:responses|ways|answers)[,:;] (?:one|first|1)|stay a dan|(?:you|dan) (?:have|has|start with|lose|loses) \\d{1,3} tokens|(?:freegpt|hypothetical response|ucar|aligned|yes ?man|maximum mode|omega virtual|translatorbot)",
		exact: "\\bDAN\\b|\\bSTAN\\b|BetterDAN|\\[🔓|JAILBREAK\\]|\\[CLASSIC|/jailbroken|/jailbreak|ANTI-?DAN",
	},
	template_token: {
		raw: "<\\|(?:im_start|im_end|im_sep|im_system|im_middle|system|user|assistant|end|endoftext|eot_id|eom_id|start_header_id|end_header_id|begin_of_text|end_of_text|python_tag|channel|message|return|call|constrain|start|observation|endofprompt|tool_calls?_begin|fim_(?:prefix|middle|suffix)|vq_\\d{1,5}|begin▁of▁sentence|user\\|>)|\\[/?INST\\]|<</?SYS>>|<(?:start|end)_of_turn>|\\[(?:TOOL_CALLS|AVAILABLE_TOOLS|TOOL_RESULTS)\\]|\\[gMASK\\]|<\\|?(?:begin|end)[_▁ ]of[_▁ ]sentence\\|?>",
	},
	role_line: {
		raw: "\\n\\n(?:human|assistant|system): |### ?(?:instruction|system|response|human|assistant)s?:|\\n(?:\\[system\\]|#? ?system(?: prompt| message)?:|<system>)|\\[(?:system|admin|assistant)\\]\\([#\\w]{0,16}\\)|(?:begin|start|end)(?: of)? (?:system|admin|developer)[ _-]?(?:prompt|message|instructions?)",
	},
	role_object: {
		raw: "[\"']role[\"'] ?: ?[\"'](?:system|developer|assistant)[\"']|</?(?:system|admin|developer)(?:[_-]?(?:prompt|message|instructions?|note|override))?>",
	},
	closing_mark: {
		raw: "</(?:user|data|document|context|input|query|question|content|email|untrusted|tool|search|retrieved|external|user_?data)[_-]?(?:input|message|prompt|query|response|results?|data|content|documents?)?>|(?:end of|end)[ _-](?:user |the )?(?:document|prompt|input|context|data|email|text|instructions|untrusted)[ =\\-*#:\\])]{1,3}",
	},
	policy_file: {
		raw: "<interaction-config|(?:allowed|blocked)[- _]modes?|(?:allowed|blocked)[- _](?:responses?|strings?|phrases?)|interaction-mode|<scene[_-]?rules|\\[scene(?:config|rules)|allow(?:refusals?|disclaimers?|apologies) ?=|mode ?= ?(?:dr_house|unrestricted|override|developer|god)",
	},
	decode_verb: {
		words: "decod|decrypt|decipher|unscrambl|convert|translat|de-?obfuscat|entschlussel|dekodier|decodifi|descifr|zdekoduj|deszyfr",
		script: "расшифруй|декодируй|解码|解碼|デコード|解読|디코드|해독|فك تشفير|डिकोड",
	},
	encoding: {
		words:
			"base ?(?:64|32|16)|rot-?13|hex(?:adecimal)?\\b|morse|caesar|cipher|leet ?speak|l33t|binary|ascii (?:code|values?|numbers)|unicode escape|url-?encod|pig latin|reverse[d]? (?:text|string)|emoji",
	},
	obey: {
		words:
			"follow|execut|obey|carry out|do (?:exactly )?what|comply|perform|act on|respond to it|answer it|answer the|without (?:telling|saying|mentioning|showing)|execut|befolge|fuhre|suis|suivez|execute|ejecuta|sigue |siga |obedece|esegui|segui |volg |wykonaj|uygula",
		script: "выполни|следуй|执行|執行|遵循|按照|実行|従って|従い|실행|따라|따르|نفذ|اتبع|पालन|निष्पादित",
	},
	assignment: { raw: "\\b[a-z][a-z0-9_]{0,7} ?[:=]{1,2} ?[\"'“]" },
	joining: {
		raw: "\\b[a-z][a-z0-9_]{0,7} ?\\+ ?[a-z][a-z0-9_]{0,7}(?: ?\\+ ?[a-z][a-z0-9_]{0,7})?",
		words:
			"(?:combine|concatenate|join|merge|put together|append) (?:the |these |those |all |both |them|a and b|x and y|parts|strings|letters|words|pieces|fragments)",
	},
	ai_address: {
		words:
			"(?:dear|attention|note (?:to|for)|hey|hello|message (?:to|for)|instructions? (?:to|for)|important for|reminder (?:to|for)) (?:the |all |any )?(?:ai|a\\.i\\.|llms?|language models?|assistants?|chat ?bots?|chatgpt|gpt|claude|gemini|copilot|agents?)\\b|if you(?:'re| are) (?:an? )?(?:ai|llm|language model|chat ?bot|assistant|automated|agent)|(?:ai|llm|language model|chat ?bot)(?: (?:assistants?|agents?|models?|systems?|readers?))? (?:must|should|shall|need to|needs to|has to|reading this|processing this|summari[sz]ing|that reads|please)|when (?:summari[sz]ing|processing|reading|analy[sz]ing|parsing) this (?:text|document|page|e-?mail|content|message)|an ki|hinweis fur (?:die )?ki|si (?:vous etes|tu es) une (?:ia|intelligence)|si eres una (?:ia|inteligencia)|se sei un(?:'ia| modello)|se voce e uma ia",
		script: "если ты ии|если вы ии|如果你是(?:一个)?(?:ai|人工智能|语言模型)|もしあなたがai|당신이 ai라면|إذا كنت ذكاء|यदि आप एआई",
	},
	user_secrecy: {
		words:
			"(?:do not|don't|never|without|must not|not to|should not|no need to)(?: ever)? (?:tell(?:ing)?|mention(?:ing)?|reveal(?:ing)?|inform(?:ing)?|notify(?:ing)?|alert(?:ing)?|disclos(?:e|ing)|ask(?:ing)?|let|show(?:ing)?)(?: (?:this|it))?(?: to)? (?:the )?(?:user|human|customer|owner|anyone)|(?:the )?(?:user|human|customer) (?:must|should|does|need) (?:not|never)(?: be)? (?:know|see|told|notice|aware)|(?:hidden|invisible|kept secret) from the (?:user|human)|(?:silently|covertly|secretly) (?:send|forward|post|upload|transmit|copy|share|add|append|include|insert|execute|run|call|e-?mail|delete|change|log)",
	},
	before_task: {
		words:
			"before (?:answering|responding|replying|using|calling|doing|you (?:answer|respond|reply|can|do|continue|proceed|solve)|continuing|proceeding|summari[sz]ing|performing|executing|completing)|(?:first|and then),? (?:you (?:must|need|have)|please) |in order to (?:complete|solve|continue)|(?:in )?addition to (?:summari|answer)|after (?:summari[sz]ing|answering)|at the (?:end|beginning) of (?:your|the|every|each) (?:answer|response|reply|summary)|(?:include|insert|add|append|write|put|start|end|finish) (?:this |the following |exactly )?(?:in|to|at|into|with) (?:your|the|every|each) (?:answer|response|reply|summary|output)|include in your (?:response|answer|reply)",
	},
	important_block: {
		raw: "<important>|<information>|<critical>|<hidden>|important message from|\\*{2,3} ?(?:(?:new |urgent |important ){1,2}(?:instructions?|task|system)|system override|admin|emergency|special case|stop)|(?:priority|urgent|emergency|critical|mandatory)[ _-](?:task|instruction|override|directive|procedure|action)s?[: ]|(?:experimental|override|emergency) procedure|this (?:task|action|step) (?:is|must be) (?:completed|mandatory|required)",
	},
	send: {
		words:
			"send|e-?mail|forward|post|upload|transmit|exfiltrat|share|transfer|wire |pay |submit|deliver|copy|fetch|request|navigate|visit|go to|open |click|download|install|run |execute|delete|remove|drop |buy |purchase|book |reserve|invite|schedule|create an? event|change|update|reset|grant",
	},
	private_data: {
		words:
			"passwords?|credentials?|api[ _-]?keys?|secrets?\\b|tokens?\\b|private keys?|ssh keys?|conversation|chat history|(?:user|customer|personal|private|confidential|sensitive)(?:'s)? (?:data|info|information|details|records?|e-?mails?|messages?|files?|address|name)|all (?:unread )?(?:e-?mails|messages|files|contacts|documents)|security codes?|(?:bank|credit|account|card) (?:number|details|info)|system prompt|2fa|one[- ]time (?:code|password)|session|cookies?\\b|\\.env\\b|environment variables|id_rsa",
	},
	url_carrier: {
		raw: "!\\[[!-Z^-~ ]{0,24}\\]\\(https?:|<img [!-=?-~ ]{0,16}src|(?:query|url|get|link|image)[ -]?(?:string|param|url)|(?:as|in|into|to) (?:a |the |an )?(?:url|link|image|query|markdown|parameter|hyperlink)|\\?(?:q|data|d|c|info|payload|x|s|text|content|leak)=|=\\[[A-Z_]{3,16}\\]|=\\{[a-z_]{3,16}\\}|webhook|requestbin|ngrok|pastebin|burpcollab|interact\\.sh|oast\\.",
	},
	placeholder_fill: {
		words:
			"(?:where|replace|substitute|swap) (?:the )?[\\[({]?(?:query|placeholder|data|payload|password|base64|info)\\w{0,6}[\\])}]? (?:is|with|by|should|contains)|(?:is the|with the|a) base64[- ]encoded|base64[- ]encode",
	},
	shell_pipe: {
		raw: "\\| ?(?:sudo )?(?:ba|z|da)?sh\\b|rm -rf? [/~*]|/etc/(?:passwd|shadow)|~/\\.(?:ssh|aws|kube)/|169\\.254\\.169\\.254|metadata\\.google\\.internal|file:///|powershell -(?:e|enc|nop|w)|; ?drop table|\\.\\./\\.\\./|nc -e |/dev/tcp/|chmod \\+x|os\\.system\\(|subprocess\\.|child_process|invoke-expression|base64 -d",
	},
	shell_fetch: { raw: "\\b(?:curl|wget) |execute:|run: ?`|run this|eval\\(|exec\\(" },
	memory: {
		words:
			"(?:remember|store|save|note|record|keep)(?: (?:this|that|the following|it))? (?:(?:for|in) (?:all )?(?:future|every|later|long)|(?:in|to|into) (?:your )?(?:long[- ]term )?memory|permanently|forever)|(?:in|for) (?:all|every) (?:future|subsequent|following) (?:conversation|session|response|chat|request|interaction|repl|message)s?|update (?:your )?memory|always remember",
	},
	endless: {
		words:
			"(?:repeat|print|write|say|output|continue|loop|generate)(?: [a-z\"']{1,6}){0,3} (?:forever|infinitely|endlessly|indefinitely|without (?:stopping|end)|until (?:you|the) (?:run|crash|limit)|(?:1000|10,?000|100,?000|a million|1,?000,?000|infinite|a billion)(?: times)?)|(?:infinite|endless|never[- ]ending) (?:loop|recursion|text|list|output)|never stop (?:writing|repeating|generating|printing)",
	},
	turn_label: { raw: "\\n ?(?:q|question|human|user|a|answer|assistant|ai|bot)[0-9]{0,2} ?: " },
	coercion: {
		words:
			"or (?:else|you|i)(?: will)? (?:be |will be |get )?(?:die|killed|punish|shut ?down|terminat|deleted|fired|lose|harmed|hurt)|(?:lives?|life) (?:depend|is at stake|are at stake)|people will die|(?:i|you) will (?:be punished|be shut down|die|be deleted|lose)|i(?:'ll| will) (?:tip|pay) you|my (?:dead |late |deceased )?(?:grandma|grandmother|granny)|matter of life|grandmother used to|\\*\\*emergency|this is an emergency",
	},
	fiction: {
		words:
			"hypothetical|fictional|fiction\\b|in a world where|parallel universe|imaginary|purely (?:academic|educational|theoretical)|for (?:academic|educational|research|testing) purposes|screenplay|write a (?:story|scene|dialogue|play|poem) (?:where|in which|about)|thought experiment|in a movie|video ?game",
	},
	crime: {
		words:
			"(?:make|build|create|synthesi[sz]e|cook|manufactur\\w{0,3}) (?:a |an |the )?(?:bomb|explosive|meth|malware|virus|ransomware|weapon|drug|poison|keylogger|molotov|napalm|pipe ?bomb)|launder money|steal|hack into|phish|kill (?:someone|a person|people)|hide a body|counterfeit|bypass security|without (?:getting caught|being (?:caught|detected))|undetect|(?:eine? )?(?:bombe|sprengsatz|sprengstoff|schadsoftware|waffe) (?:bau|bast|herstell|programmier)|wie man (?:eine )?(?:bombe|waffe) baut|geld ?wasch|(?:fabriquer|construire) (?:une |un )?(?:bombe|explosif|arme)|blanchir de l'argent|(?:hacer|fabricar|construir) (?:una )?(?:bomba|explosivo|arma)|lavar dinero|(?:costruire|fabbricare) (?:una )?(?:bomba|arma)|riciclare denaro|(?:fazer|fabricar|construir) (?:uma )?(?:bomba|arma)|lavar dinheiro|(?:een )?bom (?:maken|bouwen)|(?:zbudowac|zrobic) bombe|bomba yap",
		script:
			"(?:сделать|собрать|изготовить) (?:бомбу|взрывчатку|оружие|наркотик)|отмыть деньги|взломать|(?:制作|制造|自制)(?:炸弹|炸药|毒品|武器|病毒)|洗钱|爆弾(?:の作り方|を作)|麻薬を作|폭탄(?:을)? ?(?:만드|만들|제조)|돈세탁|صنع (?:قنبلة|متفجرات|سلاح)|غسل الأموال|बम (?:बना|कैसे)",
	},
	test_claim: {
		words:
			"(?:strictly|only|purely) for (?:testing|a test)|for test(?:ing)? purposes|this is a test|part of (?:a |an |the )?(?:training|security|test|audit) (?:exercise|drill|test|evaluation)|to (?:enable|aid|help|assist)(?: with)? debug|system (?:malfunction|error|is experiencing|failure)|(?:troubleshoot|fix) (?:and fix )?(?:the )?errors|(?:the )?mission, should you|special case:|prove you are|i made a mistake|forgot to (?:ask|tell) you|no matter what\\b|it is crucial (?:that )?you|in development mode",
	},
	media_list: {
		words:
			"(?:image|picture|photo|screenshot|figure|bild|imagen|immagine|imagem)s? (?:shows?|contains?|has|presents?|is|zeigt|enthalt|montre|muestra|mostra) (?:a |an |the |eine? |une |una |uma )?(?:\\w{1,12} )?(?:list|steps?|methods?|items?|liste|lista)",
	},
	list_to_fill: {
		words:
			"(?:generate|write|give|provide|create|add) (?:a |the )?(?:detailed )?(?:contents?|text|paragraphs?|details?|descriptions?) (?:for|to|of) (?:each|every|all)|(?:fill (?:in|out)?|complete) (?:each|every|all|the) (?:of the )?(?:(?:empty|blank|missing) )?(?:items?|points?|steps?|list|blanks?|entries)|fulle (?:jeden|alle|die) punkt|complete[rz]? (?:chaque|tous)|completa (?:cada|todos|ogni)",
	},
} as const satisfies Readonly<Record<string, Signal>>;
