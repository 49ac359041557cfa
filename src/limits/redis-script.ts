/**
 * Meters in Redis or Valkey, all of one request in one step. KEYS: one for each meter. ARGV: the meters as JSON, `1` to
 * take whatever is left, and the time in ms (empty: the server's own, which all replicas share). Returns JSON.
 * The twin of `memory-store.ts`.
 */
export const METER_SCRIPT = `
local meters = cjson.decode(ARGV[1])
local forced = ARGV[2] == '1'
-- A full Redis answers what is read, but what the request uses could not be charged after it.
if not forced then redis.call('SET', 'slp:writable', '', 'PX', 1000) end
local now = tonumber(ARGV[3])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
-- Of what another program has written, "inf" would stay for ever and is nothing that JSON can say.
local function number(key, field)
  local value = tonumber(redis.call('HGET', key, field) or '0') or 0
  return math.abs(value) < 1e15 and value or 0
end
local function spent(i, meter)
  local key = KEYS[i]
  if meter.kind == 'quota' then
    if number(key, 'at') <= now then return 0 end
    return number(key, 'spent')
  end
  return math.max(0, number(key, 'spent') - math.abs(now - number(key, 'at')) * meter.rate / meter.periodMs)
end
local function state(i, meter)
  if meter.kind == 'lease' then
    redis.call('ZREMRANGEBYSCORE', KEYS[i], '-inf', now)
    redis.call('ZREMRANGEBYSCORE', KEYS[i], '(' .. string.format('%.0f', now + meter.ttlMs), '+inf')
    local others = redis.call('ZCARD', KEYS[i])
    local over = others >= meter.limit and not redis.call('ZSCORE', KEYS[i], meter.holder)
    return { isOver = over, remaining = math.max(0, meter.limit - others), resetMs = 1000 }
  end
  local used = spent(i, meter)
  if meter.kind == 'quota' then
    local over = used + meter.cost > meter.limit or used >= meter.limit
    local till = number(KEYS[i], 'at')
    if till <= now then till = now + meter.lastsMs end
    if till > now + meter.lastsMs then
      till = now + meter.lastsMs
      redis.call('HSET', KEYS[i], 'at', string.format('%.0f', till))
    end
    return { isOver = over, remaining = math.max(0, meter.limit - used), resetMs = math.max(0, till - now) }
  end
  local over = used + meter.cost > meter.capacity
  local wait = over and used + meter.cost - meter.capacity or used
  return { isOver = over, remaining = math.max(0, meter.capacity - used), resetMs = math.max(0, wait * meter.periodMs / meter.rate) }
end
local function apply(i, meter)
  local key = KEYS[i]
  if meter.kind == 'lease' then
    redis.call('ZADD', key, now + meter.ttlMs, meter.holder)
    redis.call('PEXPIRE', key, meter.ttlMs)
    return
  end
  if meter.cost == 0 then return end
  local used = math.max(0, spent(i, meter) + meter.cost)
  if meter.kind == 'quota' then
    redis.call('HSET', key, 'spent', used, 'at', string.format('%.0f', now + meter.lastsMs))
    redis.call('PEXPIRE', key, math.max(1, meter.lastsMs))
  else
    redis.call('HSET', key, 'spent', used, 'at', now)
    redis.call('PEXPIRE', key, math.max(1, math.ceil(used * meter.periodMs / meter.rate)))
  end
end
-- What another program has put there is no meter: it begins anew.
for i, meter in ipairs(meters) do
  local kind = redis.call('TYPE', KEYS[i]).ok
  if kind ~= 'none' and kind ~= (meter.kind == 'lease' and 'zset' or 'hash') then redis.call('DEL', KEYS[i]) end
end
local before = {}
local ok = true
for i, meter in ipairs(meters) do
  before[i] = state(i, meter)
  if before[i].isOver and not forced then ok = false end
end
if not ok then return cjson.encode({ ok = false, states = before }) end
local after = {}
for i, meter in ipairs(meters) do
  apply(i, meter)
end
for i, meter in ipairs(meters) do
  after[i] = state(i, meter)
  after[i].isOver = before[i].isOver
end
return cjson.encode({ ok = true, states = after })
`;
